package dev.keelson.raft;

import java.util.ArrayDeque;

/** Chance that comes as the test says; the last value stays when the script has ended. */
public final class ScriptedRandom implements RandomSource {
  private final ArrayDeque<Integer> script = new ArrayDeque<>();

  public ScriptedRandom(int... values) {
    for (int value : values) {
      script.addLast(value);
    }
  }

  @Override
  public int nextInt(int bound) {
    int value = script.size() > 1 ? script.removeFirst() : script.getFirst();
    return Math.min(value, bound - 1);
  }

  @Override
  public long nextLong() {
    return 0;
  }
}
