package dev.keelson.storage.mvcc;

import dev.keelson.storage.mvcc.engine.EngineSnapshot;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The store after a batch, shared by all readers until the next. One snapshot per batch, not per
 * read, keeps a read free of locks in the engine.
 */
final class PublishedState {
  private final StoreState state;
  private final EngineSnapshot snapshot;
  private final long cacheUpdates;
  // The store counts one while this is the newest, each open view one.
  private final AtomicInteger users = new AtomicInteger(1);

  /**
   * @param cacheUpdates updates of the cache that this state contains
   */
  PublishedState(StoreState state, EngineSnapshot snapshot, long cacheUpdates) {
    this.state = state;
    this.snapshot = snapshot;
    this.cacheUpdates = cacheUpdates;
  }

  StoreState state() {
    return state;
  }

  long cacheUpdates() {
    return cacheUpdates;
  }

  EngineSnapshot snapshot() {
    return snapshot;
  }

  /** False if it was let go already: there is a newer one. */
  boolean acquire() {
    int count = users.get();
    while (count > 0) {
      if (users.compareAndSet(count, count + 1)) {
        return true;
      }
      count = users.get();
    }
    return false;
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      snapshot.close();
    }
  }
}
