package dev.keelson.server.transport;

import dev.keelson.raft.RandomSource;
import java.util.Random;

/** Chance that repeats itself. Only for one thread at a time. */
final class SeededRandom implements RandomSource {
  private final Random random;

  SeededRandom(long seed) {
    random = new Random(seed);
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  boolean nextBoolean() {
    return random.nextBoolean();
  }

  byte[] nextBytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Small and large ones about equally often, and never negative. */
  long nextNatural() {
    return (random.nextLong() >>> 1) >>> random.nextInt(Long.SIZE - 1);
  }
}
