package dev.keelson.chaos.history;

/** Where a run is recorded. */
@FunctionalInterface
public interface HistorySink {
  void add(Item item);
}
