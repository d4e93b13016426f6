package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.History;

/** Histories for tests of other packages. */
public final class GeneratedHistories {
  private GeneratedHistories() {}

  public static History of(long seed) {
    return HistoryGenerator.generate(seed, 70);
  }
}
