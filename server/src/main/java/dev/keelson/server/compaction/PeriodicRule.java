package dev.keelson.server.compaction;

import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the history of a period (C10): the revision is sampled ten times in an interval, which is
 * the period or an hour, and each interval what the sample of a period ago had replaced goes.
 */
final class PeriodicRule implements CompactionRule {
  private static final int SAMPLES_IN_INTERVAL = 10;

  private final long intervalNanos;
  private final long sampleNanos;
  private final int window;
  private final ArrayDeque<Long> samples = new ArrayDeque<>();
  private long lastRevision;
  private long lastNanos;
  private long waitNanos;

  /**
   * A rule whose clock starts now.
   *
   * @param retentionNanos the period, positive
   */
  PeriodicRule(long retentionNanos, long nowNanos) {
    this.intervalNanos = Math.min(retentionNanos, TimeUnit.HOURS.toNanos(1));
    this.sampleNanos = Math.max(1, intervalNanos / SAMPLES_IN_INTERVAL);
    this.window = Math.toIntExact(retentionNanos / sampleNanos + 1);
    this.lastNanos = nowNanos;
    this.waitNanos = retentionNanos; // nothing is as old before
  }

  @Override
  public long periodNanos() {
    return sampleNanos;
  }

  @Override
  public OptionalLong due(long nowNanos, long revision) {
    samples.add(revision);
    if (samples.size() > window) {
      samples.removeFirst();
    }
    long oldest = samples.getFirst();
    boolean waits = nowNanos - lastNanos < waitNanos;
    return waits || oldest == lastRevision ? OptionalLong.empty() : OptionalLong.of(oldest);
  }

  @Override
  public void compacted(long nowNanos, long revision) {
    lastRevision = revision;
    lastNanos = nowNanos;
    waitNanos = intervalNanos;
  }
}
