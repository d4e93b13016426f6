package dev.keelson.lease;

/**
 * One lease. Small, as there may be a million: about 80 bytes, and as much again for the places in
 * table and queue. Changed by the lessor alone.
 */
final class Lease {
  static final long NEVER = Long.MAX_VALUE;

  final long id;

  // Replicated.
  long ttlSeconds;
  long remainingSeconds;
  long epoch;

  // The leader's own.
  long deadlineNanos;
  long checkpointNanos;

  /** Handed out for expiry, and not removed yet. */
  boolean expiring;

  /** A checkpoint was handed out whose effect is not known yet. */
  boolean checkpointing;

  // The queue's.
  long queuedNanos;
  int queueIndex = ExpiryQueue.NOT_QUEUED;

  Lease(long id) {
    this.id = id;
  }

  long id() {
    return id;
  }

  /** When there is something to decide about it. */
  long dueNanos() {
    return Math.min(deadlineNanos, checkpointNanos);
  }

  long deadlineNanos() {
    return deadlineNanos;
  }
}
