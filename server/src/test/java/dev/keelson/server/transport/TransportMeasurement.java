package dev.keelson.server.transport;

import com.sun.management.OperatingSystemMXBean;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * What the transport costs: two members in one process, over loopback. Prints, asserts nothing.
 *
 * <p>The CPU is that of the whole process, sender and receiver together, kernel included.
 */
public final class TransportMeasurement {
  private static final int ROUNDS = 6;
  private static final int PINGS = 20_000;
  private static final int PAYLOAD_BYTES = 1024;

  /** Entries; far below the outbox bound, so that nothing is dropped. */
  private static final int MAX_IN_FLIGHT = 4096;

  private final NettyPeerTransport one;
  private final NettyPeerTransport two;
  private final Semaphore arrivedAtOne = new Semaphore(0);
  private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
  private final Semaphore connected = new Semaphore(0);

  private TransportMeasurement(TestCluster cluster) throws IOException {
    var config = TransportConfig.defaults(List.of("http://127.0.0.1:0"), "3.7.0");
    one = cluster.start(1, config, new Ear(_ -> arrivedAtOne.release()));
    two = cluster.start(2, config, new Ear(this::atTwo));
  }

  /** Runs all measurements a few times; the last lines are those of warm code. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (var cluster = new TestCluster()) {
      var measurement = new TransportMeasurement(cluster);
      measurement.connected.acquire(2);
      for (int round = 1; round <= ROUNDS; round++) {
        System.out.println("round " + round + " of " + ROUNDS);
        measurement.latency();
        measurement.throughput("small message, flushed alone", 200_000, 1, smallMessages());
        measurement.throughput("small message, 16 a flush", 1_000_000, 16, smallMessages());
        measurement.throughput("append of 1 entry of 1 KiB, alone", 200_000, 1, appends(1));
        measurement.throughput("append of 1 entry of 1 KiB, 16 a flush", 400_000, 16, appends(1));
        measurement.throughput("append of 64 entries of 1 KiB", 20_000, 1, appends(64));
      }
    }
  }

  private void latency() throws InterruptedException {
    var nanos = new long[PINGS];
    for (int i = 0; i < PINGS; i++) {
      long begin = System.nanoTime();
      one.send(new Message.Heartbeat(1, 2, 1, i, i));
      one.flush();
      arrivedAtOne.acquire();
      nanos[i] = System.nanoTime() - begin;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "  %-40s p50 %d us, p99 %d us%n",
        "there and back", nanos[PINGS / 2] / 1000, nanos[PINGS * 99 / 100] / 1000);
  }

  private void throughput(String what, int count, int batch, List<Message> messages)
      throws InterruptedException {
    int entries = entriesOf(messages.getFirst());
    long begin = System.nanoTime();
    long cpuBegin = processCpuNanos();
    for (int i = 0; i < count; i++) {
      room.acquire(entries);
      one.send(messages.get(i % messages.size()));
      if (i % batch == batch - 1) {
        one.flush();
      }
    }
    one.flush();
    room.acquire(MAX_IN_FLIGHT); // all have arrived
    room.release(MAX_IN_FLIGHT);
    double seconds = (System.nanoTime() - begin) / 1e9;
    double cpuMicros = (processCpuNanos() - cpuBegin) / 1e3;
    System.out.printf(
        "  %-40s %,.0f /s, %.2f us CPU each (%.2f an entry)%n",
        what, count / seconds, cpuMicros / count, cpuMicros / count / entries);
  }

  private static int entriesOf(Message message) {
    return message instanceof Message.AppendRequest append ? append.entries().size() : 1;
  }

  private void atTwo(Message message) {
    if (message instanceof Message.Heartbeat) {
      two.send(new Message.HeartbeatResponse(2, 1, 1, 1));
      two.flush();
    } else {
      room.release(entriesOf(message));
    }
  }

  private static List<Message> smallMessages() {
    return List.of(new Message.AppendAccepted(1, 2, 7, 123_456));
  }

  private static List<Message> appends(int entriesEach) {
    var payload = new byte[PAYLOAD_BYTES];
    Arrays.fill(payload, (byte) 7);
    var entries =
        LongStream.range(0, entriesEach)
            .mapToObj(i -> new Entry(7, 123_456 + i, EntryType.COMMAND, Bytes.wrap(payload)))
            .toList();
    return List.of(
        new Message.AppendRequest(1, 2, 7, new LogPosition(7, 123_455), entries, 123_450));
  }

  private static long processCpuNanos() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return ((OperatingSystemMXBean) system).getProcessCpuTime();
  }

  private final class Ear implements PeerListener {
    private final Consumer<Message> messages;

    Ear(Consumer<Message> messages) {
      this.messages = messages;
    }

    @Override
    public void onMessage(Message message) {
      messages.accept(message);
    }

    @Override
    public void onConnected(long peer) {
      connected.release();
    }

    @Override
    public void onDisconnected(long peer) {
      System.out.println("disconnected from " + peer);
    }

    @Override
    public void onOverflow(long peer) {
      System.out.println("overflow to " + peer);
    }
  }
}
