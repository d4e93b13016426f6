package dev.keelson.chaos.history;

import java.util.ArrayList;
import java.util.List;

/** A history that is being made in memory, in the order of its calls. One thread uses it. */
public final class MemoryHistory implements HistorySink {
  private final List<Item> items = new ArrayList<>();

  @Override
  public void add(Item item) {
    items.add(item);
  }

  public History history() {
    return History.of(items);
  }
}
