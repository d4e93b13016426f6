package dev.keelson.storage.mvcc;

/**
 * Bounds of the store's own work.
 *
 * @param compactionBatchChanges changes looked at for one engine write of the compactor
 * @param compactionPauseMillis between two such writes
 * @param compactionHashMaxBytes a finished compaction keeps its hash (C13) only while the visible
 *     keys take no more than this, as hashing reads them all; 0 for never
 * @param cacheBytes heap for the newest versions of keys used lately
 */
public record MvccConfig(
    int compactionBatchChanges,
    long compactionPauseMillis,
    long compactionHashMaxBytes,
    long cacheBytes) {
  public static MvccConfig defaults() {
    return new MvccConfig(1_000, 2, 256L << 20, 64L << 20);
  }
}
