package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A fault to plant.
 *
 * @param judges the checkers of which one must convict; each mutation is in the field of few
 */
record Mutation(String name, Plant plant, List<Checker> judges) {
  /** Plants the fault, where the history has room for it. */
  @FunctionalInterface
  interface Plant {
    Optional<List<Item>> into(History history, Random random);
  }

  @Override
  public String toString() {
    return name;
  }
}
