package dev.keelson.server.replica;

import dev.keelson.raft.PeerProgress;
import java.util.List;

/**
 * How much of the log is kept behind what the store would survive a crash with.
 *
 * @param catchupEntries kept for followers that are a little late
 * @param catchupBytes the same entries take no more than about that
 * @param maxLaggingBytes kept for a follower that answers but is further behind; beyond it, it gets
 *     a snapshot
 */
public record LogKeeping(long catchupEntries, long catchupBytes, long maxLaggingBytes) {
  private static final long CATCHUP_BYTES = 64L << 20;

  public LogKeeping(long catchupEntries, long maxLaggingBytes) {
    this(catchupEntries, CATCHUP_BYTES, maxLaggingBytes);
  }

  /**
   * The index up to which the log may go; below its first index if nothing may.
   *
   * @param entryBytes average size of an entry
   */
  long releasable(
      long flushedIndex, long lastIndex, List<PeerProgress> followers, long entryBytes) {
    long kept = Math.min(catchupEntries, catchupBytes / Math.max(1, entryBytes));
    long upTo = Math.min(flushedIndex, lastIndex - kept);
    for (var follower : followers) {
      long behindBytes = (lastIndex - follower.matchIndex()) * Math.max(1, entryBytes);
      if (follower.recentlyActive() && behindBytes <= maxLaggingBytes) {
        upTo = Math.min(upTo, follower.matchIndex());
      }
    }
    return upTo;
  }
}
