package dev.keelson.storage.mvcc.engine;

/**
 * Sizes of an engine, some of them estimates.
 *
 * @param bytesOnDisk all table files, those included that only a snapshot still needs
 * @param bytesLive what would remain if all were rewritten now
 * @param bytesInMemory memtables, caches and table readers
 */
public record EngineStats(long bytesOnDisk, long bytesLive, long bytesInMemory) {}
