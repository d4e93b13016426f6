package dev.keelson.chaos.simulation;

import dev.keelson.server.time.Clock;

/** A member's monotonic clock: starts anywhere, and runs a little fast or slow. */
final class MemberClock implements Clock {
  private final Timeline timeline;
  private final long startedAt;
  private final long origin;
  private final double rate;

  MemberClock(Timeline timeline, long origin, double rate) {
    this.timeline = timeline;
    this.startedAt = timeline.now();
    this.origin = origin;
    this.rate = rate;
  }

  @Override
  public long nanoTime() {
    return origin + (long) ((timeline.now() - startedAt) * rate);
  }

  /** How long the rest of the world takes for so much time of this clock. */
  long globalNanos(long ownNanos) {
    return (long) Math.ceil(ownNanos / rate);
  }
}
