package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.Get;
import dev.keelson.client.GetResult;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeptLease;
import dev.keelson.client.KeyRange;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Holds back all who wait, until it is released. When it was set under a session, it is released
 * too when the session's lease ends; else only by someone who releases it. Setting and releasing
 * that are not answered may have been done ({@link dev.keelson.client.IndefiniteException}) and may
 * be done again. Thread-safe.
 */
public final class Barrier {
  private final KeelsonClient client;
  private final Bytes key;

  public Barrier(KeelsonClient client, String name) {
    this.client = client;
    this.key = Bytes.of(name);
  }

  /** Sets it; false when it is set already. */
  public boolean set() {
    return client.kv().putIfAbsent(key, Bytes.EMPTY);
  }

  /** Sets it for as long as the session lives. */
  public boolean set(KeptLease session) {
    Put put = Put.of(key, Bytes.EMPTY).withLease(session.id());
    return client.kv().run(Txn.when(key).isAbsent().then(put)).succeeded();
  }

  /** Lets all who wait go on; false when it is not set. */
  public boolean release() {
    return client.kv().delete(key);
  }

  /**
   * Waits while it is set.
   *
   * @return false when the time is over before it is released
   */
  public boolean await(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    while (true) {
      GetResult seen = client.kv().run(Get.key(key));
      if (seen.first().isEmpty()) {
        return true;
      }
      if (deadline.isOver()) {
        return false;
      }
      Deletion.await(
          client,
          KeyRange.single(key),
          seen.revision() + 1,
          new CompletableFuture<Void>(),
          deadline);
    }
  }
}
