package dev.keelson.storage.mvcc;

/**
 * A lease as it is replicated: what a member knows that was never leader.
 *
 * @param ttlSeconds granted
 * @param remainingSeconds what was left at the last checkpoint; 0 if there was none since the last
 *     renewal, and then all of it is left (L14)
 * @param epoch index of the log entry that last set this record: a decision about the lease that
 *     was taken on an older one has no effect (LE-epoch)
 */
public record StoredLease(long id, long ttlSeconds, long remainingSeconds, long epoch) {}
