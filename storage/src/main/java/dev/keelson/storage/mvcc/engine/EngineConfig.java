package dev.keelson.storage.mvcc.engine;

/**
 * What bounds the engine's memory and work. Memory stays near {@code blockCacheBytes}, whatever the
 * size of the database: memtables, index and filter blocks are charged to the cache.
 *
 * @param writeBufferBytes all memtables together; also what a crash can make the log replay
 * @param compressed whether values are compressed (LZ4) in the lower levels
 */
public record EngineConfig(
    long blockCacheBytes,
    long writeBufferBytes,
    int maxOpenFiles,
    int backgroundJobs,
    boolean compressed) {

  public static EngineConfig defaults() {
    return new EngineConfig(256L << 20, 64L << 20, 1024, 2, false);
  }

  /** For tests, and members on small machines. */
  public static EngineConfig small() {
    return new EngineConfig(16L << 20, 8L << 20, 128, 2, false);
  }
}
