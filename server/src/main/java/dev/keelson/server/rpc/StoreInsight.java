package dev.keelson.server.rpc;

import dev.keelson.storage.mvcc.HashOutcome;
import dev.keelson.storage.mvcc.StoreStats;

/** What can be said about the store as a whole. May take long; thread-safe. */
public interface StoreInsight {
  StoreStats stats();

  /**
   * The hash of everything up to a revision (C13).
   *
   * @param revision 0 for the latest
   */
  HashOutcome hashAt(long revision);
}
