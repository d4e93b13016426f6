package dev.keelson.server.watch;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One watcher of one stream. Its final fields are for all, the rest belongs to the hub. */
final class Watcher {
  /** What of a watcher's memory its key does not tell, about. */
  static final int OVERHEAD_BYTES = 256;

  final WatchStream stream;
  final long id;
  final KeyRange range;
  final WatchSpec.Options options;
  final long startRevision;
  State state = State.LIVE;

  /** Everything below was told. A live watcher has also seen what the hub has processed. */
  long next;

  /** Something was told since the last periodic progress (W27). */
  boolean heard;

  /** Events of the revision that is being delivered. */
  List<WatchEvent> gathered = List.of();

  /** Where it stands in its set of an index: the hub's while live, a scan's while scanned. */
  int slot;

  /** What a scan has found for it so far. */
  @Nullable Lag lag;

  enum State {
    /** In the index: told of every batch. */
    LIVE,
    /** Behind: waits to be told from history. */
    LAGGING,
    /** Behind: its history is being read. */
    SCANNING,
    /** Ended by a compaction; keeps its id until it is cancelled (W25). */
    COMPACTED,
    GONE
  }

  Watcher(WatchStream stream, long id, WatchSpec spec) {
    this.stream = stream;
    this.id = id;
    this.range = spec.range();
    this.options = spec.options();
    this.startRevision = spec.startRevision();
  }

  void gather(WatchEvent event) {
    switch (gathered.size()) {
      case 0 -> gathered = List.of(event); // nearly all revisions have one event
      case 1 -> {
        gathered = new ArrayList<>(gathered);
        gathered.add(event);
      }
      default -> gathered.add(event);
    }
  }

  long bytes() {
    return bytes(range);
  }

  static long bytes(KeyRange range) {
    return OVERHEAD_BYTES
        + switch (range) {
          case KeyRange.Single(Bytes key) -> key.length();
          case KeyRange.HalfOpen(Bytes from, Bytes to) -> (long) from.length() + to.length();
          case KeyRange.From(Bytes from) -> from.length();
        };
  }
}
