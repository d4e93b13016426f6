package dev.keelson.raft;

import java.util.SplittableRandom;

/** Chance that repeats itself from a seed. */
public final class SeededRandom implements RandomSource {
  private final SplittableRandom random;

  public SeededRandom(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  /** True with this probability. */
  public boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** A generator of its own, so that what one actor draws does not shift another's. */
  public SeededRandom split() {
    return new SeededRandom(random.nextLong());
  }
}
