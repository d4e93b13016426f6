package dev.keelson.server.transport;

import dev.keelson.server.measure.Distribution;
import java.util.concurrent.atomic.LongAdder;

/** What is counted of one peer, across its connections. Any thread. */
final class PeerCounters {
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder sentMessages = new LongAdder();
  private final LongAdder receivedMessages = new LongAdder();
  private final LongAdder droppedMessages = new LongAdder();
  private final LongAdder disconnects = new LongAdder();
  private final Distribution roundTrips = Distribution.ofSeconds(0.0001, 2, 16);
  private volatile long roundTripNanos;

  void sent(long messages, long bytes) {
    sentMessages.add(messages);
    sentBytes.add(bytes);
  }

  void received(long messages, long bytes) {
    receivedMessages.add(messages);
    receivedBytes.add(bytes);
  }

  void dropped(long messages) {
    droppedMessages.add(messages);
  }

  void roundTrip(long nanos) {
    roundTripNanos = nanos;
    roundTrips.record(nanos);
  }

  void disconnected() {
    disconnects.increment();
  }

  PeerStats snapshot(long peer, boolean connected, long queuedBytes) {
    return new PeerStats(
        peer,
        connected,
        roundTripNanos,
        sentBytes.sum(),
        receivedBytes.sum(),
        sentMessages.sum(),
        receivedMessages.sum(),
        queuedBytes,
        droppedMessages.sum(),
        disconnects.sum(),
        roundTrips);
  }
}
