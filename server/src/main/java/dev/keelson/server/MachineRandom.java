package dev.keelson.server;

import dev.keelson.raft.RandomSource;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Chance from the machine. Thread-safe. */
final class MachineRandom implements RandomSource {
  private final RandomGenerator random = new SecureRandom();

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }
}
