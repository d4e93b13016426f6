package dev.keelson.chaos.simulation;

import java.util.PriorityQueue;

/**
 * What happens when: one queue of events, by time and then by the order in which they were planned.
 * Time moves from event to event. A running hash of all events tells two runs apart.
 */
final class Timeline {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private long now;
  private long planned;
  private long happened;
  private long hash = MIX;

  /** Something planned; what it does is dropped with {@link #cancel}. */
  static final class Event implements Comparable<Event> {
    private final long time;
    private final long sequence;
    private final int actor;
    private final Runnable action;
    private boolean cancelled;

    private Event(long time, long sequence, int actor, Runnable action) {
      this.time = time;
      this.sequence = sequence;
      this.actor = actor;
      this.action = action;
    }

    long time() {
      return time;
    }

    void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(sequence);
    }
  }

  /** Nanoseconds since the beginning. */
  long now() {
    return now;
  }

  /** Events so far. */
  long happened() {
    return happened;
  }

  /** Of all events so far, and of what they have left by {@link #mark}. */
  long hash() {
    return hash;
  }

  /** Adds something that must be equal in a replay. */
  void mark(long value) {
    hash = Long.rotateLeft(hash ^ value, 29) * MIX;
  }

  /** Plans an action; the actor tells whose it is, in the hash. */
  Event plan(long delayNanos, int actor, Runnable action) {
    var event = new Event(now + Math.max(0, delayNanos), planned++, actor, action);
    queue.add(event);
    return event;
  }

  /** Lets the next event happen; false if nothing is planned up to this time. */
  boolean step(long untilNanos) {
    var event = queue.peek();
    while (event != null && event.cancelled) {
      queue.poll();
      event = queue.peek();
    }
    if (event == null || event.time > untilNanos) {
      now = Math.max(now, untilNanos);
      return false;
    }
    queue.poll();
    now = event.time;
    happened++;
    mark(event.time ^ ((long) event.actor << 48));
    event.action.run();
    return true;
  }
}
