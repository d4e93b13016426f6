package dev.keelson.server.replica;

/** Turns monotonic time into ticks. Owned by the replica thread. */
final class TickSource {
  private final long tickNanos;
  private final int maxDue;
  private final long electionNanos;
  private long nextNanos;

  TickSource(ReplicaLimits limits, long nowNanos) {
    this.tickNanos = limits.tickNanos();
    // After a pause the thread has messages to read that may answer what the ticks would ask:
    // time lost is made good up to half an election timeout, never enough to depose anybody alone.
    this.maxDue = Math.max(1, limits.electionTicks() / 2);
    this.electionNanos = limits.electionNanos();
    this.nextNanos = nowNanos + tickNanos;
  }

  long nanosUntilNext(long nowNanos) {
    return nextNanos - nowNanos;
  }

  /** Whether a tick is so late that others may have elected a leader meanwhile (TM-pause). */
  boolean wasAway(long nowNanos) {
    return nowNanos - nextNanos > electionNanos;
  }

  /** How many ticks have passed since the last call. */
  int due(long nowNanos) {
    long late = nowNanos - nextNanos;
    if (late < 0) {
      return 0;
    }
    long due = 1 + late / tickNanos;
    nextNanos += due * tickNanos;
    return (int) Math.min(due, maxDue);
  }
}
