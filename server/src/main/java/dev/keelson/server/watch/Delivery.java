package dev.keelson.server.watch;

import java.util.List;

/** One thing told on a stream of watchers, in order. */
public sealed interface Delivery {
  /** What a delivery takes beside the bytes of its events, about. */
  int OVERHEAD_BYTES = 128;

  /** The id of answers that concern a stream as a whole (W6, W28). */
  long WHOLE_STREAM = -1;

  /** What it holds in memory while it waits, about. */
  default long bytes() {
    return OVERHEAD_BYTES;
  }

  /** The watcher stands (W1, W5). */
  record Created(long watchId, long revision) implements Delivery {}

  /** There is no such watcher (W6). */
  record Refused(String reason, long revision) implements Delivery {}

  /** Its client wanted it gone (W17). */
  record Canceled(long watchId, long revision) implements Delivery {}

  /** The next revision it needs is gone (W24). */
  record Compacted(long watchId, long compactRevision) implements Delivery {}

  /** All events up to the revision have been told (W26). */
  record Progress(long watchId, long revision) implements Delivery {}

  /**
   * All matching events of some revisions, none of them split (W12, W14).
   *
   * @param revision of the header
   * @param eventBytes on the wire
   */
  record Events(
      long watchId,
      long revision,
      List<WatchEvent> events,
      WatchSpec.Options options,
      long eventBytes)
      implements Delivery {
    static Events of(Watcher watcher, long revision, List<WatchEvent> events) {
      long bytes = 0;
      boolean previous = watcher.options.previous();
      for (var event : events) {
        bytes += event.wire(previous).length;
      }
      return new Events(watcher.id, revision, events, watcher.options, bytes);
    }

    @Override
    public long bytes() {
      return OVERHEAD_BYTES + eventBytes;
    }
  }
}
