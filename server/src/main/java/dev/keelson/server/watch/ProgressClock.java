package dev.keelson.server.watch;

import dev.keelson.server.watch.Watcher.State;
import java.util.Comparator;
import java.util.PriorityQueue;

/** The periodic word to watchers that have nothing else to hear (W27). */
final class ProgressClock {
  private final HubState hub;
  private final PriorityQueue<WatchStream> due =
      new PriorityQueue<>(Comparator.comparingLong(stream -> stream.progressDueNanos));

  ProgressClock(HubState hub) {
    this.hub = hub;
  }

  void add(WatchStream stream, long nowNanos) {
    stream.progressWatchers++;
    if (!stream.progressScheduled) {
      stream.progressScheduled = true;
      if (stream.progressDueNanos - nowNanos <= 0) {
        setNext(stream, nowNanos);
      }
      due.add(stream);
    }
  }

  void remove(WatchStream stream) {
    if (stream.progressScheduled) {
      stream.progressScheduled = false;
      due.remove(stream);
    }
  }

  /** How long nothing is due; more than anybody waits if nothing ever is. */
  long nanosUntilDue(long nowNanos) {
    var first = due.peek();
    return first == null ? Long.MAX_VALUE : first.progressDueNanos - nowNanos;
  }

  void tick(long nowNanos) {
    for (var stream = due.peek();
        stream != null && stream.progressDueNanos - nowNanos <= 0;
        stream = due.peek()) {
      due.poll();
      setNext(stream, nowNanos);
      stream.progressScheduled = stream.progressWatchers > 0;
      if (stream.progressScheduled) {
        due.add(stream);
        tell(stream);
      }
    }
  }

  /** W27: counted from the stream's start, however late this is. */
  private static void setNext(WatchStream stream, long nowNanos) {
    long late = nowNanos - stream.progressDueNanos;
    stream.progressDueNanos += (late / stream.progressPeriodNanos + 1) * stream.progressPeriodNanos;
  }

  private void tell(WatchStream stream) {
    if (!hub.hasRoomForProgress(stream)) {
      return; // its client does not listen
    }
    for (var watcher : stream.watchers.values()) {
      if (watcher.options.progress() && watcher.state == State.LIVE) {
        if (!watcher.heard && watcher.startRevision <= hub.processed()) {
          hub.tell(stream, new Delivery.Progress(watcher.id, hub.processed()));
        }
        watcher.heard = false;
      }
    }
  }
}
