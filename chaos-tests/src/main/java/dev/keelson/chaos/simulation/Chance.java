package dev.keelson.chaos.simulation;

import dev.keelson.raft.RandomSource;
import java.util.List;
import java.util.SplittableRandom;

/** One actor's dice, split from the seed: another actor more does not change its throws. */
final class Chance implements RandomSource {
  private static final double TAIL = 0.01;
  private static final int TAIL_FACTOR = 40;

  private final SplittableRandom random;

  Chance(long seed) {
    this(new SplittableRandom(seed));
  }

  private Chance(SplittableRandom random) {
    this.random = random;
  }

  /** Dice of its own for somebody else. */
  Chance split() {
    return new Chance(random.split());
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  boolean happens(double probability) {
    return random.nextDouble() < probability;
  }

  /** Uniform in {@code [from, to]}. */
  long between(long from, long to) {
    return from + random.nextLong(to - from + 1);
  }

  int between(int from, int to) {
    return from + random.nextInt(to - from + 1);
  }

  /** From the one to the other, each order of magnitude as likely as the next. */
  long magnitude(long from, long to) {
    double low = Math.log((double) from);
    return Math.round(Math.exp(low + random.nextDouble() * (Math.log((double) to) - low)));
  }

  /** Exponential around a mean; one in a hundred takes forty times as long. */
  long delay(long meanNanos) {
    double exponential = -Math.log(1 - random.nextDouble()) * meanNanos;
    return (long) (happens(TAIL) ? exponential * TAIL_FACTOR : exponential);
  }

  <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
