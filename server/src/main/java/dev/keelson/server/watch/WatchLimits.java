package dev.keelson.server.watch;

/**
 * What watchers may hold (MEM-bound).
 *
 * @param maxWatchers of one member
 * @param maxWatcherBytes of all watchers and their keys
 * @param maxStreamDeliveries waiting for one client; so many as fit one revision are always taken
 * @param maxStreamBytes waiting for one client; a single delivery may exceed it
 * @param maxWaitingBytes waiting for all clients
 * @param maxBatchBytes of changes that wait for the hub; what is past it is read from history
 * @param maxScanRevisions told at once to one watcher (W14)
 * @param maxAnswerBytes told at once to one watcher, but for its last revision: a bound on memory,
 *     not on messages (a client that takes small ones only asks for fragments, W15)
 * @param maxScanBytes told at once to all of a scan
 * @param maxScanChanges read at once for those that are behind
 * @param closingRevisions that the hub reads itself to bring up those that are nearly level
 */
public record WatchLimits(
    int maxWatchers,
    long maxWatcherBytes,
    int maxStreamDeliveries,
    long maxStreamBytes,
    long maxWaitingBytes,
    long maxBatchBytes,
    int maxScanRevisions,
    long maxAnswerBytes,
    long maxScanBytes,
    int maxScanChanges,
    int closingRevisions) {

  /** What fits a heap of this size: streams and hub together stay below a half of it. */
  public static WatchLimits of(long heapBytes) {
    return new WatchLimits(
        1_000_000,
        Math.max(heapBytes / 4, 16L << 20),
        4_096,
        4L << 20,
        Math.clamp(heapBytes / 8, 16L << 20, 256L << 20),
        Math.clamp(heapBytes / 16, 8L << 20, 64L << 20),
        1_000,
        16L << 20,
        32L << 20,
        20_000,
        64);
  }
}
