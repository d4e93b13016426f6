package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.Condition;
import dev.keelson.client.Delete;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeptLease;
import dev.keelson.client.OwnershipLostException;
import dev.keelson.client.Txn;
import dev.keelson.client.TxnResult;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * What one holds while it is one's turn.
 *
 * <p>It can be lost at any moment: when the session's lease ends, another may hold it while this
 * process, paused perhaps, still believes that it does. So every change that must only be made by
 * the owner is made by {@link #run}, which the store refuses once ownership has moved on; and a
 * resource outside the store is given {@link #token}, and must refuse tokens lower than the highest
 * it has seen. {@link #isHeld} is a hint for stopping early, not a protection. Thread-safe.
 */
public final class Ownership implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Ownership.class.getName());

  private final KeelsonClient client;
  private final KeptLease session;
  private final Bytes key;
  private final long token;
  private volatile boolean closed;

  Ownership(KeelsonClient client, KeptLease session, Bytes key, long token) {
    this.client = client;
    this.session = session;
    this.key = key;
    this.token = token;
  }

  /** The fencing token: greater than that of every earlier owner. */
  public long token() {
    return token;
  }

  /** The key that stands for the ownership. */
  public Bytes key() {
    return key;
  }

  /** Whether the session certainly lived a moment ago and nothing was given back. */
  public boolean isHeld() {
    return !closed && session.isAlive();
  }

  /** Holds in a transaction exactly while this is the ownership that counts. */
  public Condition guard() {
    return Condition.on(key).createRevisionIs(token);
  }

  /**
   * Runs the transaction if ownership has not moved on, both at one moment.
   *
   * @throws OwnershipLostException when it has; nothing was done
   */
  public TxnResult run(Txn transaction) {
    TxnResult outer = client.kv().run(Txn.when(guard()).then(transaction));
    if (!outer.succeeded()) {
      throw new OwnershipLostException(key + " with token " + token + " is no longer held");
    }
    return outer.of(transaction);
  }

  /** Gives it back. When that is not answered, it ends with the session at the latest. */
  @Override
  public void close() {
    closed = true;
    try {
      TxnResult unused = client.kv().run(Txn.when(guard()).then(Delete.key(key)));
    } catch (KeelsonException e) {
      LOG.log(Level.WARNING, "{0} may be held until its session ends: {1}", key, e.getMessage());
    }
  }
}
