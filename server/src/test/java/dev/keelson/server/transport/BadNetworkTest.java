package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Links that break, freeze, or are slow. */
class BadNetworkTest {
  private final TestCluster cluster = new TestCluster();
  private final LogLines log = new LogLines();
  private final RecordingListener atOne = new RecordingListener();
  private final RecordingListener atTwo = new RecordingListener();

  @AfterEach
  void closeAll() {
    cluster.close();
    log.close();
  }

  @Test
  void halfOpenConnectionIsNoticedByBothSidesAndReplaced() throws IOException {
    var hasty = TestCluster.config(0, TestCluster.HASTY);
    cluster.start(1, hasty, atOne);
    var two = cluster.start(2, hasty, atTwo);
    try (var link = new FaultyLink(two.boundAddresses().getFirst().getPort())) {
      reach(link);
      atOne.events.clear();

      link.freeze(true);
      await().until(() -> atOne.events.contains("disconnected 2"));
      assertThat(log.containing("peer lost member=1 peer=2 reason=silent")).isNotEmpty();

      link.freeze(false);
      await().until(() -> atOne.events.contains("connected 2"));
      assertThat(log.containing("peer back member=1 peer=2")).isNotEmpty();
    }
  }

  @Test
  void peerThatStaysAwayIsSpokenOfOnce() throws IOException {
    cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    try (var link = new FaultyLink(two.boundAddresses().getFirst().getPort())) {
      reach(link);
      int linesBefore = log.containing("member=1 peer=2").size();

      two.close();
      // The relay takes each dial and drops it at once: attempts that fail, again and again.
      await().until(() -> link.accepted.get() >= 6);
      var lines = log.containing("member=1 peer=2");
      assertThat(lines.subList(linesBefore, lines.size()))
          .singleElement()
          .asString()
          .startsWith("WARN peer lost");
    }
  }

  @Test
  void flippedBitEndsTheConnectionAndNothingFalseIsHeard() throws IOException {
    var one = cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    try (var link = new FaultyLink(two.boundAddresses().getFirst().getPort())) {
      reach(link);
      atOne.events.clear();
      link.flipOnceAt(100_000);
      for (int i = 0; i < 400; i++) {
        one.send(append(i, 1000));
      }
      one.flush();
      await().until(() -> atOne.events.contains("disconnected 2"));
      assertThat(log.containing("reason=bad-frame")).hasSize(1);
      var heard = List.copyOf(atTwo.messages);
      assertThat(heard).isEqualTo(heard.stream().map(BadNetworkTest::rebuilt).toList());
    }
  }

  @Test
  @Tag("MEM-bound")
  void slowReceiverCostsBoundedMemoryAndLosesAppendsOnly() throws IOException {
    var release = new CountDownLatch(1);
    var one = cluster.start(1, atOne);
    cluster.start(2, new StuckListener(atTwo, release));
    await().until(() -> atOne.events.contains("connected 2"));

    long mostQueued = 0;
    for (int i = 0; i < 1000; i++) {
      one.send(append(i, 64 << 10));
      one.flush();
      mostQueued = Math.max(mostQueued, one.stats().getFirst().queuedBytes());
    }
    assertThat(mostQueued).isLessThanOrEqualTo(1 << 20);
    long dropped = one.stats().getFirst().droppedMessages();
    assertThat(dropped).isPositive();
    await().until(() -> atOne.events.contains("overflow 2"));

    var heartbeat = new Message.Heartbeat(1, 2, 3, 4, 5);
    one.send(heartbeat);
    one.flush();
    assertThat(one.stats().getFirst().droppedMessages()).isEqualTo(dropped);

    release.countDown();
    await().until(() -> atTwo.messages.size() == 1000 - dropped + 1);
    assertThat(atTwo.messages).contains(heartbeat);
    assertThat(atOne.events).doesNotContain("disconnected 2");
  }

  @Test
  void messageLargerThanTheQueueGoesAlone() throws IOException {
    var tiny =
        new TransportConfig(
            List.of("http://127.0.0.1:0"), "3.7.0", 1 << 20, 1000, 0, TestCluster.TIMING);
    var one = cluster.start(1, tiny, atOne);
    cluster.start(2, tiny, atTwo);
    await().until(() -> atOne.events.contains("connected 2"));
    one.send(append(1, 500_000));
    one.flush();
    await().until(() -> atTwo.messages.size() == 1);
  }

  @Test
  void messageLargerThanAFrameIsDroppedAndNamed() throws IOException {
    var one = cluster.start(1, atOne);
    cluster.start(2, atTwo);
    await().until(() -> atOne.events.contains("connected 2"));
    one.send(append(1, 1 << 20));
    one.flush();
    await().until(() -> !log.containing("ERROR").isEmpty());
    one.send(append(2, 10));
    one.flush();
    await().until(() -> atTwo.messages.size() == 1);
    assertThat(log.containing("ERROR message is too large for a peer member=1 peer=2"))
        .singleElement()
        .asString()
        .contains("kind=AppendRequest", "max=1048576");
    assertThat(atOne.events).containsExactly("connected 2");
  }

  /** From now on member 1 reaches member 2 over this link only. */
  private void reach(FaultyLink link) {
    await().until(() -> atOne.events.contains("connected 2"));
    cluster.join(2, link.port());
    await().until(() -> link.accepted.get() >= 1);
    await().until(() -> atOne.events.size() >= 3 && atOne.events.getLast().equals("connected 2"));
  }

  private static Message append(long index, int bytes) {
    var payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) (index * 31 + i);
    }
    var entry = new Entry(3, index + 1, EntryType.COMMAND, Bytes.wrap(payload));
    return new Message.AppendRequest(1, 2, 3, new LogPosition(3, index), List.of(entry), index);
  }

  private static Message rebuilt(Message heard) {
    var request = (Message.AppendRequest) heard;
    return append(request.previous().index(), request.entries().getFirst().payload().length());
  }

  /** Hears nothing, and keeps its event loop, until it is released. */
  private record StuckListener(RecordingListener behind, CountDownLatch release)
      implements PeerListener {
    @Override
    public void onMessage(Message message) {
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      behind.onMessage(message);
    }

    @Override
    public void onConnected(long peer) {
      behind.onConnected(peer);
    }

    @Override
    public void onDisconnected(long peer) {
      behind.onDisconnected(peer);
    }
  }
}
