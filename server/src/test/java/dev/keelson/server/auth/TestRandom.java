package dev.keelson.server.auth;

import dev.keelson.raft.RandomSource;
import java.util.Random;

/** Chance from a seed. */
public final class TestRandom implements RandomSource {
  private final Random random;

  public TestRandom(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }
}
