package dev.keelson.server.watch;

import java.util.ArrayList;
import java.util.List;

/** What one scan of history finds for one watcher. */
final class Lag {
  private static final long NOT_COMPACTED = -1;

  final Watcher watcher;
  final long from;
  final List<WatchEvent> events = new ArrayList<>();

  /** The watcher's next revision after these events. */
  long reached;

  /** C, if what the watcher needs next lies below it (W24); otherwise {@link #NOT_COMPACTED}. */
  long compactRevision = NOT_COMPACTED;

  private int revisions;
  private long bytes;
  private long lastRevision;
  private boolean full;

  Lag(Watcher watcher) {
    this.watcher = watcher;
    this.from = watcher.next;
    this.reached = watcher.next;
  }

  long bytes() {
    return bytes;
  }

  boolean isFull() {
    return full;
  }

  boolean isCompacted() {
    return compactRevision != NOT_COMPACTED;
  }

  /** Takes an event if it is one of its watcher's; its bytes. */
  long offer(WatchEvent event, WatchLimits limits) {
    long revision = event.revision();
    if (full || revision < from || !event.isWantedBy(watcher.options)) {
      return 0;
    }
    if (revision != lastRevision) {
      if (revisions >= limits.maxScanRevisions() || bytes >= limits.maxAnswerBytes()) {
        full = true; // W14: ends between two revisions
        reached = revision;
        return 0;
      }
      revisions++;
      lastRevision = revision;
    }
    int size = event.wire(watcher.options.previous()).length;
    bytes += size;
    events.add(event);
    return size;
  }

  /** Everything before this revision was offered. */
  void scannedBefore(long revision) {
    if (!full && !isCompacted()) {
      reached = Math.max(reached, revision);
    }
  }
}
