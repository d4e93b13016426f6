package dev.keelson.raft.replication;

import java.util.ArrayDeque;

/** Appends on their way to one follower, bounded by number and by payload. */
final class Inflights {
  private record Flight(long lastIndex, long bytes) {}

  private final ArrayDeque<Flight> flights = new ArrayDeque<>();
  private final int maxAppends;
  private final long maxBytes;
  private long bytes;

  Inflights(int maxAppends, long maxBytes) {
    this.maxAppends = maxAppends;
    this.maxBytes = maxBytes;
  }

  boolean isFull() {
    return flights.size() >= maxAppends || (bytes >= maxBytes && !flights.isEmpty());
  }

  int count() {
    return flights.size();
  }

  void add(long lastIndex, long payloadBytes) {
    flights.addLast(new Flight(lastIndex, payloadBytes));
    bytes += payloadBytes;
  }

  /** The follower holds everything up to the index. */
  void arrivedThrough(long index) {
    while (!flights.isEmpty() && flights.getFirst().lastIndex() <= index) {
      bytes -= flights.removeFirst().bytes();
    }
  }

  void clear() {
    flights.clear();
    bytes = 0;
  }
}
