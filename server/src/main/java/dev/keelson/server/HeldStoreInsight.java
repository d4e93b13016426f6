package dev.keelson.server;

import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.rpc.StoreInsight;
import dev.keelson.storage.mvcc.HashOutcome;
import dev.keelson.storage.mvcc.StoreStats;

/** Looks at the current store, which stays open meanwhile. */
record HeldStoreInsight(LiveStore store) implements StoreInsight {
  @Override
  public StoreStats stats() {
    try (var held = store.hold()) {
      return held.store().stats();
    }
  }

  @Override
  public HashOutcome hashAt(long revision) {
    try (var held = store.hold()) {
      return held.store().hashAt(revision);
    }
  }
}
