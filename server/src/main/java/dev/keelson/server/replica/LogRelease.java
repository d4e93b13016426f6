package dev.keelson.server.replica;

import dev.keelson.raft.PeerProgress;
import java.util.List;

/**
 * Lets the log go that neither a crash nor a follower needs. Asked at every tick and not just after
 * a flush: a follower that held the log back falls silent, or catches up, long after the last flush
 * of a store that nobody writes to any more. Owned by the replica thread.
 */
final class LogRelease {
  private final ReplicaParts.Log log;
  private final LogKeeping keeping;
  private long released;

  LogRelease(ReplicaParts.Log log, LogKeeping keeping) {
    this.log = log;
    this.keeping = keeping;
  }

  /**
   * Releases what has become free since the last time.
   *
   * @param flushedIndex the store would survive a crash as of it; 0 if it was not flushed yet
   */
  void release(long flushedIndex, long lastIndex, List<PeerProgress> followers) {
    if (flushedIndex <= released) {
      return;
    }
    long upTo = keeping.releasable(flushedIndex, lastIndex, followers, log.averageEntryBytes());
    if (upTo > released) {
      released = upTo;
      log.release(upTo);
    }
  }
}
