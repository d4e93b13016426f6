package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.KeptLease;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.TxnResult;

/** What the leader of an {@link Election} holds. Thread-safe. */
public final class Leadership implements AutoCloseable {
  private final Ownership ownership;
  private final KeptLease session;

  Leadership(Ownership ownership, KeptLease session) {
    this.ownership = ownership;
    this.session = session;
  }

  /** The fence of what only the leader may do. */
  public Ownership ownership() {
    return ownership;
  }

  /** Whether this process led a moment ago, for all it knows. */
  public boolean isLeading() {
    return ownership.isHeld();
  }

  /**
   * Tells observers something else.
   *
   * @throws dev.keelson.client.OwnershipLostException when it leads no longer
   */
  public void proclaim(Bytes value) {
    TxnResult unused =
        ownership.run(Txn.of(Put.of(ownership.key(), value).withLease(session.id())));
  }

  /** Lets the next one lead. */
  @Override
  public void close() {
    ownership.close();
  }
}
