package dev.keelson.server.watch;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Finds the watchers of a key at a cost that follows how many they are: those of single keys by
 * hash, those of ranges in a tree.
 */
final class WatcherIndex {
  private final Map<Bytes, WatcherSet> ofKeys = new HashMap<>();
  private final RangeTree ofRanges;
  private int size;

  WatcherIndex(RandomGenerator random) {
    this.ofRanges = new RangeTree(random);
  }

  void add(Watcher watcher) {
    size++;
    switch (watcher.range) {
      case KeyRange.Single(var key) -> {
        var set = ofKeys.get(key);
        if (set == null) {
          ofKeys.put(key, new WatcherSet(watcher));
        } else {
          set.add(watcher);
        }
      }
      case KeyRange.HalfOpen(var from, var to) -> ofRanges.add(from, to, watcher);
      case KeyRange.From(var from) -> ofRanges.add(from, RangeTree.INFINITY, watcher);
    }
  }

  void remove(Watcher watcher) {
    size--;
    switch (watcher.range) {
      case KeyRange.Single(var key) -> {
        var set = ofKeys.get(key);
        if (set == null) {
          throw new IllegalStateException("a watcher is missing in its index");
        }
        set.remove(watcher);
        if (set.isEmpty()) {
          ofKeys.remove(key);
        }
      }
      case KeyRange.HalfOpen(var from, var to) -> ofRanges.remove(from, to, watcher);
      case KeyRange.From(var from) -> ofRanges.remove(from, RangeTree.INFINITY, watcher);
    }
  }

  int size() {
    return size;
  }

  /** Names every watcher there is. The index must not change meanwhile. */
  void forEach(Consumer<Watcher> action) {
    ofKeys.values().forEach(set -> set.forEach(action));
    ofRanges.forEach(action);
  }

  /** Names every watcher of the key. The index must not change meanwhile. */
  void forEach(Bytes key, Consumer<Watcher> action) {
    if (size == 0) {
      return;
    }
    var set = ofKeys.get(key);
    if (set != null) {
      set.forEach(action);
    }
    ofRanges.forEach(key, action);
  }
}
