package dev.keelson.storage.mvcc.engine;

/**
 * Sizes of an engine, some of them estimates.
 *
 * @param bytesOnDisk all table files, those included that only a snapshot still needs
 * @param bytesLive what would remain if all were rewritten now
 * @param memory what it takes outside of the heap
 */
public record EngineStats(long bytesOnDisk, long bytesLive, Memory memory) {
  /** Memtables, caches and table readers. */
  public long bytesInMemory() {
    return memory.totalBytes();
  }

  /**
   * Bytes outside of the heap.
   *
   * @param cacheBytes blocks, and what the memtables are charged with
   */
  public record Memory(long memtableBytes, long cacheBytes, long tableReaderBytes) {
    long totalBytes() {
      return Math.max(memtableBytes, cacheBytes) + tableReaderBytes;
    }
  }
}
