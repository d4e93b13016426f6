package dev.keelson.raft;

/** Chance, handed in so that a run can be replayed from its seed. */
public interface RandomSource {
  /** Uniform in {@code [0, bound)}. */
  int nextInt(int bound);

  long nextLong();
}
