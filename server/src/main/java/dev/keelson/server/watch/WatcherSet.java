package dev.keelson.server.watch;

import java.util.Arrays;
import java.util.function.Consumer;

/** Watchers of the same keys, in no order. A watcher is in one set at most. */
final class WatcherSet {
  private Watcher[] watchers;
  private int size;

  WatcherSet(Watcher first) {
    first.slot = 0;
    watchers = new Watcher[] {first};
    size = 1;
  }

  void add(Watcher watcher) {
    if (size == watchers.length) {
      watchers = Arrays.copyOf(watchers, size * 2);
    }
    watcher.slot = size;
    watchers[size++] = watcher;
  }

  void remove(Watcher watcher) {
    var last = watchers[--size];
    watchers[watcher.slot] = last;
    last.slot = watcher.slot;
    if (size > 0) {
      watchers[size] = watchers[0]; // lets go of the one that moved
    }
    if (size > 4 && size < watchers.length / 4) {
      watchers = Arrays.copyOf(watchers, size * 2);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  void forEach(Consumer<Watcher> action) {
    for (int i = 0; i < size; i++) {
      action.accept(watchers[i]);
    }
  }
}
