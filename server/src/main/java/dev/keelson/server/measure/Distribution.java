package dev.keelson.server.measure;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.LongStream;

/**
 * How often a quantity fell into each of some fixed ranges. Recording allocates nothing.
 * Thread-safe; whoever reads while others record may miss what they are just adding.
 */
public final class Distribution {
  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] bounds;
  private final double unit;

  /** A count for each range, one for all beyond the last bound, and the sum of the values. */
  private final AtomicLongArray counts;

  private Distribution(long[] bounds, double unit) {
    this.bounds = bounds;
    this.unit = unit;
    this.counts = new AtomicLongArray(bounds.length + 2);
  }

  /** Of times in nanoseconds, told in seconds: bounds at {@code first * factor^i}. */
  public static Distribution ofSeconds(double first, double factor, int count) {
    long[] bounds = new long[count];
    double bound = first * NANOS_PER_SECOND;
    for (int i = 0; i < count; i++, bound *= factor) {
      bounds[i] = Math.round(bound);
    }
    return new Distribution(bounds, NANOS_PER_SECOND);
  }

  /** Of numbers: bounds at 1, 2, 4, ... */
  public static Distribution ofCounts(int bounds) {
    return new Distribution(LongStream.range(0, bounds).map(i -> 1L << i).toArray(), 1);
  }

  public void record(long value) {
    int range = 0;
    while (range < bounds.length && value > bounds[range]) {
      range++;
    }
    counts.getAndIncrement(range);
    counts.getAndAdd(bounds.length + 1, value);
  }

  /** The upper bounds of the ranges, inclusive, in the unit it is told in. */
  public double[] upperBounds() {
    return LongStream.of(bounds).mapToDouble(bound -> bound / unit).toArray();
  }

  /** How many values fell into each range; the last is all beyond the last bound. */
  public long[] counts() {
    return LongStream.rangeClosed(0, bounds.length).map(i -> counts.get((int) i)).toArray();
  }

  /** Of all values, in the unit it is told in. */
  public double sum() {
    return counts.get(bounds.length + 1) / unit;
  }
}
