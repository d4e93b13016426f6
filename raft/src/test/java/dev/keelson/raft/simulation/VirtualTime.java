package dev.keelson.raft.simulation;

import java.util.PriorityQueue;

/** What happens when. Events of one moment happen in the order they were planned. */
public final class VirtualTime {
  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowMicros;
  private long planned;

  public long nowMicros() {
    return nowMicros;
  }

  public void after(long delayMicros, Runnable action) {
    at(nowMicros + delayMicros, action);
  }

  public void at(long timeMicros, Runnable action) {
    events.add(new Event(Math.max(timeMicros, nowMicros), planned++, action));
  }

  public void runUntil(long timeMicros) {
    while (!events.isEmpty() && events.peek().at() <= timeMicros) {
      var event = events.remove();
      nowMicros = event.at();
      event.action().run();
    }
    nowMicros = timeMicros;
  }
}
