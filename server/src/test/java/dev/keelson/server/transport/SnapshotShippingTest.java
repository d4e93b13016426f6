package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.raft.Message;
import dev.keelson.server.FreePorts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SnapshotShippingTest {
  private static final int CHUNK = SnapshotFrames.CHUNK_BYTES;
  private static final long TERM = 9;

  private final TestCluster cluster = new TestCluster();
  private final LogLines log = new LogLines();
  private final RecordingListener atOne = new RecordingListener();
  private final RecordingListener atTwo = new RecordingListener();
  private final MemorySnapshot snapshot =
      new MemorySnapshot(5, 0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 0, 3 * CHUNK + 7, 0);
  private final List<String> outcomes = new CopyOnWriteArrayList<>();

  @AfterEach
  void closeAll() {
    cluster.close();
    log.close();
  }

  @Test
  void filesOfAnySizeArriveWholeAndAreAnnouncedToTheCore() throws IOException {
    var sink = new MemorySink();
    var one = startBoth(sink);
    one.shipSnapshot(2, TERM, snapshot, listener(""));

    await().untilAsserted(() -> assertThat(outcomes).containsExactly("delivered"));
    assertThat(sink.completed).isEqualTo(snapshot.files());
    assertThat(sink.calls).containsExactly("begin from 1", "complete");
    assertThat(sink.threads).containsOnly("keelson-snapshot");
    assertThat(atTwo.messages)
        .containsExactly(new Message.SnapshotArrived(1, 2, TERM, MemorySink.DESCRIPTOR));
    await().until(() -> snapshot.closes.get() == 1);
  }

  @Test
  void brokenShipmentGoesOnWhereItStopped() throws IOException {
    var sink = new MemorySink();
    var one = startBoth(sink);
    try (var link = new FaultyLink(portOfTwo())) {
      cluster.join(2, link.port());
      link.cutOnceAt(3 * CHUNK);
      one.shipSnapshot(2, TERM, snapshot, listener(""));
      await().untilAsserted(() -> assertThat(outcomes).containsExactly("delivered"));
    }
    // The cut may take all that has arrived with it: then the second begin finds nothing yet.
    assertThat(sink.calls)
        .hasSizeGreaterThanOrEqualTo(3)
        .startsWith("begin from 1")
        .endsWith("complete")
        .doesNotContain("abort");
    assertThat(sink.completed).isEqualTo(snapshot.files());
    assertThat(sink.acceptedBytes.get()).as("none twice").isEqualTo(total(snapshot));
  }

  @Test
  void chunkThatChangedOnTheWayIsSentAgain() throws IOException {
    var sink = new MemorySink();
    var one = startBoth(sink);
    try (var link = new FaultyLink(portOfTwo())) {
      cluster.join(2, link.port());
      link.flipOnceAt(3 * CHUNK);
      one.shipSnapshot(2, TERM, snapshot, listener(""));
      await().untilAsserted(() -> assertThat(outcomes).containsExactly("delivered"));
    }
    assertThat(log.containing("reason=bad-frame")).hasSize(1);
    assertThat(sink.calls).containsExactly("begin from 1", "begin from 1 again", "complete");
    assertThat(sink.completed).isEqualTo(snapshot.files());
  }

  @Test
  void silentReceiverIsGivenAnotherConnection() throws IOException {
    var sink = new MemorySink();
    var one = startBoth(sink, TestCluster.HASTY);
    try (var link = new FaultyLink(portOfTwo())) {
      cluster.join(2, link.port());
      await().until(() -> link.accepted.get() >= 1); // raft's
      link.freeze(true);
      one.shipSnapshot(2, TERM, snapshot, listener(""));
      await().until(() -> link.accepted.get() >= 4);
      link.freeze(false);
      await().untilAsserted(() -> assertThat(outcomes).containsExactly("delivered"));
    }
    assertThat(sink.completed).isEqualTo(snapshot.files());
  }

  @Test
  void snapshotThatIsNotWhatItsManifestSaysIsNeverAnnounced() throws IOException {
    var sink = new MemorySink();
    var one = startBoth(sink);
    snapshot.damage(3);
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    await()
        .untilAsserted(
            () ->
                assertThat(outcomes)
                    .containsExactly("failed: file 3 is not what the manifest says"));
    assertThat(sink.calls).containsExactly("begin from 1", "complete", "abort");
    assertThat(atTwo.messages).isEmpty();
  }

  @Test
  void receiverWithoutSpaceSaysSo() throws IOException {
    var sink = new MemorySink();
    sink.full = true;
    var one = startBoth(sink);
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    await()
        .untilAsserted(
            () -> assertThat(outcomes).containsExactly("failed: no space left on device"));
    assertThat(sink.calls).containsExactly("begin from 1", "abort");
  }

  @Test
  void receiverThatWantsNoneSaysSo() throws IOException {
    var one = startBoth(NoSnapshots.TAKEN);
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    await()
        .untilAsserted(
            () -> assertThat(outcomes).containsExactly("failed: no snapshots are taken here"));
  }

  @Test
  void fileThatCannotBeReadFailsTheShipment() throws IOException {
    var one = startBoth(new MemorySink());
    snapshot.lose(4);
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    await()
        .untilAsserted(
            () ->
                assertThat(outcomes)
                    .containsExactly("failed: cannot read the snapshot: input/output error"));
    await().until(() -> snapshot.closes.get() == 1);
    assertThat(atTwo.messages).isEmpty();
  }

  @Test
  void peerThatCannotBeReachedIsGivenUp() throws IOException {
    var one = cluster.start(1, atOne);
    cluster.join(2, new FreePorts().next());
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    await()
        .untilAsserted(() -> assertThat(outcomes).singleElement().asString().contains("refused"));
    await().until(() -> snapshot.closes.get() == 1);
  }

  @Test
  void secondShipmentToAPeerIsRefusedWhileOneIsOnItsWay() throws IOException {
    var gate = new CountDownLatch(1);
    var one = startBoth(new MemorySink(gate));
    var second = new MemorySnapshot(6, 10);
    one.shipSnapshot(2, TERM, snapshot, listener("first "));
    one.shipSnapshot(2, TERM, second, listener("second "));
    await()
        .untilAsserted(
            () ->
                assertThat(outcomes)
                    .containsExactly("second failed: another snapshot is on its way to this peer"));
    await().until(() -> second.closes.get() == 1);
    gate.countDown();
    await().until(() -> outcomes.contains("first delivered"));
  }

  @Test
  void thirdShipmentWaitsForOneOfTwoToEnd() throws IOException {
    var gate = new CountDownLatch(1);
    var sinks = IntStream.range(0, 3).mapToObj(_ -> new MemorySink(gate)).toList();
    var one = cluster.start(1, atOne);
    for (int i = 0; i < 3; i++) {
      cluster.start(2 + i, TestCluster.config(0), atTwo, sinks.get(i));
      one.shipSnapshot(2 + i, TERM, new MemorySnapshot(i, 10), listener(2 + i + " "));
    }
    await().until(() -> sinks.get(0).calls.size() == 1 && sinks.get(1).calls.size() == 1);
    assertThat(log.containing("snapshot shipment begins member=1")).hasSize(2);
    assertThat(sinks.get(2).calls).isEmpty();
    gate.countDown();
    await()
        .untilAsserted(
            () ->
                assertThat(outcomes)
                    .containsExactlyInAnyOrder("2 delivered", "3 delivered", "4 delivered"));
  }

  @Test
  void cancelledShipmentEnds() throws IOException {
    var gate = new CountDownLatch(1);
    var sink = new MemorySink(gate);
    var one = startBoth(sink);
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    await().until(() -> sink.calls.size() == 1);
    one.cancelShipment(2);
    await().untilAsserted(() -> assertThat(outcomes).containsExactly("failed: cancelled"));
    await().until(() -> snapshot.closes.get() == 1);
    gate.countDown();
  }

  @Test
  void closedTransportEndsItsShipments() throws IOException {
    var one = startBoth(new MemorySink());
    one.close();
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    assertThat(outcomes).containsExactly("failed: this member stops");
    assertThat(snapshot.closes.get()).isEqualTo(1);
  }

  @Test
  @Tag("MEM-bound")
  void slowDiskMakesTheSenderWait() throws IOException {
    var gate = new CountDownLatch(1);
    var sink = new MemorySink(gate);
    var one = startBoth(sink);
    var large = new MemorySnapshot(1, 64 << 20);
    one.shipSnapshot(2, TERM, large, listener(""));
    var seen = new ArrayList<Long>();
    // Nothing moves any more: what was read is all that fits between the two disks.
    await()
        .until(
            () -> {
              seen.add(large.bytesRead.get());
              int count = seen.size();
              return count > 5 && seen.getLast() > 0 && seen.getLast().equals(seen.get(count - 6));
            });
    assertThat(large.bytesRead.get()).isLessThan(32 << 20);
    gate.countDown();
    await().untilAsserted(() -> assertThat(outcomes).containsExactly("delivered"));
    assertThat(sink.completed).isEqualTo(large.files());
  }

  @Test
  void throttledShipmentKeepsItsPace() throws IOException {
    long bytesPerSecond = 4 << 20;
    var plain = TestCluster.config(0);
    var throttled =
        new TransportConfig(
            plain.listenUrls(),
            plain.serverVersion(),
            plain.maxFrameBytes(),
            plain.maxOutboxBytes(),
            bytesPerSecond,
            plain.timing());
    var one = cluster.start(1, throttled, atOne);
    cluster.start(2, plain, atTwo, new MemorySink());
    long begin = System.nanoTime();
    one.shipSnapshot(2, TERM, snapshot, listener(""));
    await().until(() -> outcomes.contains("delivered"));
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertThat(seconds).isGreaterThan((total(snapshot) - CHUNK) / (double) bytesPerSecond);
  }

  private NettyPeerTransport startBoth(SnapshotSink sink) throws IOException {
    return startBoth(sink, TestCluster.TIMING);
  }

  private NettyPeerTransport startBoth(SnapshotSink sink, TransportConfig.Timing timing)
      throws IOException {
    var one = cluster.start(1, TestCluster.config(0, timing), atOne);
    cluster.start(2, TestCluster.config(0, timing), atTwo, sink);
    await().until(() -> atOne.events.contains("connected 2"));
    return one;
  }

  private int portOfTwo() {
    var url = cluster.members.get().find(2).orElseThrow().peerUrls().getFirst();
    return PeerUrl.parse(url).orElseThrow().port();
  }

  private static long total(MemorySnapshot snapshot) {
    return snapshot.fileSizes().stream().mapToLong(Long::longValue).sum();
  }

  private ShipmentListener listener(String prefix) {
    return new ShipmentListener() {
      @Override
      public void delivered() {
        outcomes.add(prefix + "delivered");
      }

      @Override
      public void failed(String reason) {
        outcomes.add(prefix + "failed: " + reason);
      }
    };
  }
}
