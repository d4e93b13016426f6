package dev.keelson.storage.mvcc;

/**
 * How big the store is.
 *
 * @param bytesOnDisk allocated files (Status.dbSize)
 * @param bytesInUse what all stored versions take (Status.dbSizeInUse, the quota)
 * @param bytesInMemory the engine's memory outside the heap
 * @param keys visible keys, exact
 * @param keyBytes encoded size of the visible keys with their values, exact
 */
public record StoreStats(
    long bytesOnDisk, long bytesInUse, long bytesInMemory, long keys, long keyBytes) {}
