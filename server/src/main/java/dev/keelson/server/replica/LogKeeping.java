package dev.keelson.server.replica;

import dev.keelson.raft.PeerProgress;
import java.util.List;

/**
 * How much of the log is kept behind what the store would survive a crash with.
 *
 * @param catchupEntries kept for followers that are a little late
 * @param maxLaggingBytes kept for a follower that answers but is further behind; beyond it, it gets
 *     a snapshot
 */
public record LogKeeping(long catchupEntries, long maxLaggingBytes) {

  /**
   * The index up to which the log may go; below its first index if nothing may.
   *
   * @param entryBytes average size of an entry
   */
  long releasable(
      long flushedIndex, long lastIndex, List<PeerProgress> followers, long entryBytes) {
    long upTo = Math.min(flushedIndex, lastIndex - catchupEntries);
    for (var follower : followers) {
      long behindBytes = (lastIndex - follower.matchIndex()) * Math.max(1, entryBytes);
      if (follower.recentlyActive() && behindBytes <= maxLaggingBytes) {
        upTo = Math.min(upTo, follower.matchIndex());
      }
    }
    return upTo;
  }
}
