package dev.keelson.server;

import dev.keelson.server.watch.WatchLimits;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.wal.WalConfig;

/**
 * Bounds that no flag sets; a simulation draws them small.
 *
 * @param log its segments and cache are of the sizes that the flags name
 * @param flushBytes applied payload after which the store is flushed
 * @param flushAgeNanos after which it is flushed if anything was applied
 * @param maxLaggingBytes of log kept for a member that is behind
 */
public record MemberTuning(
    MvccConfig store,
    WalConfig log,
    WatchLimits watch,
    long flushBytes,
    long flushAgeNanos,
    long maxLaggingBytes) {

  /** What a member in production has, with so much heap. */
  public static MemberTuning of(long heapBytes) {
    return new MemberTuning(
        MvccConfig.defaults(),
        WalConfig.DEFAULT,
        WatchLimits.of(heapBytes),
        64L << 20,
        30_000_000_000L,
        512L << 20);
  }
}
