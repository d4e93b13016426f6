package dev.keelson.server.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * What waits to be told on one stream of watchers, in order. Events of later revisions join those
 * that wait for the same watcher, so that a stream that falls behind needs fewer answers and
 * catches up; nothing is moved past an answer of another kind. For one thread.
 */
public final class OutgoingDeliveries {
  /** So much waits for a stream that keeps up, at most: etcd lets as much wait for a watcher. */
  static final int LAG_DELIVERIES = 128;

  /** An answer larger than this is never made of several. */
  static final long MAX_JOINED_BYTES = 256L << 10;

  private final Queue<Waiting> queue = new ArrayDeque<>();

  /** By watcher: events that later ones may join. */
  private final Map<Long, Waiting> open = new HashMap<>();

  public boolean isEmpty() {
    return queue.isEmpty();
  }

  public void addAll(List<Delivery> deliveries) {
    for (var delivery : deliveries) {
      add(delivery);
    }
  }

  private void add(Delivery delivery) {
    if (!(delivery instanceof Delivery.Events events)) {
      open.clear();
      queue.add(new Waiting(delivery));
      return;
    }
    if (isHistory(events)) {
      open.remove(events.watchId());
      queue.add(new Waiting(events));
      return;
    }
    var earlier = open.get(events.watchId());
    if (earlier == null || queue.size() < LAG_DELIVERIES || !earlier.join(events)) {
      var waiting = new Waiting(events);
      queue.add(waiting);
      open.put(events.watchId(), waiting);
    }
  }

  /** A batch of the past has a bound on its revisions and a header of its own (W14). */
  private static boolean isHistory(Delivery.Events events) {
    return events.events().getFirst().revision() != events.revision();
  }

  /** The next to be told. */
  public Waiting remove() {
    var next = queue.remove();
    if (next.first instanceof Delivery.Events events) {
      open.remove(events.watchId(), next);
    }
    return next;
  }

  public void clear() {
    queue.clear();
    open.clear();
  }

  /** One answer, made of one delivery or more. */
  public static final class Waiting {
    private final Delivery first;
    private final List<WatchEvent> joined = new ArrayList<>(0);
    private long lastRevision;
    private long joinedEventBytes;
    private int deliveries = 1;
    private long bytes;

    private Waiting(Delivery first) {
      this.first = first;
      this.bytes = first.bytes();
    }

    /** How many deliveries of the hub it is made of. */
    public int deliveries() {
      return deliveries;
    }

    /** What the hub counts for them. */
    public long bytes() {
      return bytes;
    }

    public Delivery delivery() {
      if (joined.isEmpty() || !(first instanceof Delivery.Events events)) {
        return first;
      }
      return new Delivery.Events(
          events.watchId(),
          lastRevision,
          joined,
          events.options(),
          events.eventBytes() + joinedEventBytes);
    }

    private boolean join(Delivery.Events later) {
      if (bytes + later.bytes() > MAX_JOINED_BYTES || !(first instanceof Delivery.Events events)) {
        return false;
      }
      if (joined.isEmpty()) {
        joined.addAll(events.events());
      }
      joined.addAll(later.events());
      joinedEventBytes += later.eventBytes();
      lastRevision = later.revision();
      bytes += later.bytes();
      deliveries++;
      return true;
    }
  }
}
