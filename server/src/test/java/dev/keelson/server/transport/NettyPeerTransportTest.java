package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.keelson.raft.Message;
import dev.keelson.server.FreePorts;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NettyPeerTransportTest {
  private final TestCluster cluster = new TestCluster();
  private final RecordingListener atOne = new RecordingListener();
  private final RecordingListener atTwo = new RecordingListener();
  private final RecordingListener atThree = new RecordingListener();

  @AfterEach
  void closeAll() {
    cluster.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void messagesArriveUnchangedAndInOrderWithinTheirClass(long seed) throws IOException {
    var one = cluster.start(1, atOne);
    cluster.start(2, atTwo);
    await().until(() -> atOne.events.contains("connected 2"));

    var messages = new RandomMessages(new SeededRandom(seed), 1, 2);
    var sent = new ArrayList<Message>();
    for (int i = 0; i < 600; i++) {
      var message = messages.next(i % RandomMessages.KINDS);
      sent.add(message);
      one.send(message);
      if (i % 7 == 0) {
        one.flush();
      }
    }
    one.flush();

    await().until(() -> atTwo.messages.size() == sent.size());
    assertThat(bulkOf(atTwo.messages)).isEqualTo(bulkOf(sent));
    assertThat(urgentOf(atTwo.messages)).isEqualTo(urgentOf(sent));
  }

  @Test
  void threeMembersTalkInAllDirections() throws IOException {
    var one = cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    var three = cluster.start(3, atThree);
    await()
        .untilAsserted(
            () -> {
              assertThat(atOne.events).containsExactlyInAnyOrder("connected 2", "connected 3");
              assertThat(atTwo.events).containsExactlyInAnyOrder("connected 1", "connected 3");
              assertThat(atThree.events).containsExactlyInAnyOrder("connected 1", "connected 2");
            });

    sendHeartbeats(one, 1, 2, 3);
    sendHeartbeats(two, 2, 1, 3);
    sendHeartbeats(three, 3, 1, 2);

    await()
        .untilAsserted(
            () -> {
              assertThat(atOne.from(2)).isEqualTo(heartbeats(2, 1));
              assertThat(atOne.from(3)).isEqualTo(heartbeats(3, 1));
              assertThat(atTwo.from(1)).isEqualTo(heartbeats(1, 2));
              assertThat(atTwo.from(3)).isEqualTo(heartbeats(3, 2));
              assertThat(atThree.from(1)).isEqualTo(heartbeats(1, 3));
              assertThat(atThree.from(2)).isEqualTo(heartbeats(2, 3));
            });
  }

  @Test
  void nothingLeavesBeforeTheFlush() throws IOException {
    var one = cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    await()
        .until(() -> atOne.events.contains("connected 2") && atTwo.events.contains("connected 1"));

    one.send(new Message.TimeoutNow(1, 2, 5));
    assertThat(one.stats().getFirst().queuedBytes()).isPositive();
    // Something later, on the same path, has gone round meanwhile.
    two.send(new Message.TimeoutNow(2, 1, 6));
    two.flush();
    await().until(() -> atOne.messages.size() == 1);
    assertThat(atTwo.messages).isEmpty();

    one.flush();
    await().until(() -> atTwo.messages.size() == 1);
  }

  @Test
  void memberThatComesBackIsFoundAgain() throws IOException {
    var one = cluster.start(1, atOne);
    int port = new FreePorts().next();
    var two = cluster.startAgain(2, port, atTwo);
    await().until(() -> atOne.events.contains("connected 2"));

    two.close();
    await().until(() -> atOne.events.contains("disconnected 2"));
    one.send(new Message.TimeoutNow(1, 2, 5));
    one.flush();
    assertThat(one.stats().getFirst().connected()).isFalse();
    assertThat(one.stats().getFirst().droppedMessages()).isEqualTo(1);

    var again = new RecordingListener();
    cluster.startAgain(2, port, again);
    await()
        .untilAsserted(
            () ->
                assertThat(atOne.events)
                    .containsExactly("connected 2", "disconnected 2", "connected 2"));
    one.send(new Message.TimeoutNow(1, 2, 6));
    one.flush();
    await().untilAsserted(() -> assertThat(again.messages).hasSize(1));
    assertThat(again.messages).containsExactly(new Message.TimeoutNow(1, 2, 6));
  }

  /** Often, since the moment of the loop's end decides: one in a hundred held its port for ever. */
  @Test
  void portIsFreeOnceTheTransportIsClosed() throws IOException {
    var self = new ServerIdentity(TestCluster.CLUSTER, 1);
    int port = new FreePorts().next(); // not one that the kernel gives to an outgoing connection
    for (int round = 0; round < 300; round++) {
      cluster.create(self, TestCluster.config(port), atOne).close();
    }
  }

  @Test
  void memberThatMovedIsFoundAtItsNewAddress() throws IOException {
    var one = cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    await().until(() -> atOne.events.contains("connected 2"));
    two.close();
    var moved = new RecordingListener();
    cluster.start(2, moved);

    await().until(() -> atOne.events.size() >= 3 && atOne.events.getLast().equals("connected 2"));
    one.send(new Message.TimeoutNow(1, 2, 6));
    one.flush();
    await().until(() -> moved.messages.size() == 1);
  }

  @Test
  void urlsAreTriedInTurn() throws IOException {
    var one = cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    int port = two.boundAddresses().getFirst().getPort();
    await().until(() -> atOne.events.contains("connected 2"));
    cluster.leave(2);
    await().until(() -> one.stats().isEmpty());
    atOne.events.clear();
    cluster.join(
        2,
        List.of(
            "https://127.0.0.1:" + port,
            "http://127.0.0.1:" + new FreePorts().next(),
            "http://127.0.0.1:" + port));
    await().until(() -> atOne.events.contains("connected 2"));
  }

  @Test
  void nameThatCannotBeLookedUpIsTriedAgain() throws IOException {
    var lookups = new CopyOnWriteArrayList<String>();
    AddressLookup lookup =
        host -> {
          lookups.add(host);
          if (lookups.size() < 3) {
            throw new UnknownHostException(host);
          }
          return List.of(InetAddress.getLoopbackAddress());
        };
    var two = cluster.start(2, atTwo);
    cluster.join(2, List.of("http://two.invalid:" + two.boundAddresses().getFirst().getPort()));
    cluster.join(1, new FreePorts().next());
    try (var one =
        new NettyPeerTransport(
            new ServerIdentity(TestCluster.CLUSTER, 1),
            TestCluster.config(0),
            cluster.members::get,
            System::nanoTime,
            new SeededRandom(1),
            (_, bug) -> cluster.bugs.add(bug),
            lookup)) {
      one.start(atOne, NoSnapshots.TAKEN);
      await().until(() -> atOne.events.contains("connected 2"));
    }
    // More if a dial that had its address took too long: it is tried again as well.
    assertThat(lookups).hasSizeGreaterThanOrEqualTo(3).containsOnly("two.invalid");
  }

  /** Netty would log it and go on, with a member that has lost what it was told (OV-oom). */
  @Test
  @Tag("OV-oom")
  void whatAListenerThrowsIsNotSwallowed() throws IOException {
    var planted = new IllegalStateException("planted");
    var broken =
        new PeerListener() {
          @Override
          public void onMessage(Message message) {
            throw planted;
          }

          @Override
          public void onConnected(long peer) {}

          @Override
          public void onDisconnected(long peer) {}
        };
    var one = cluster.start(1, atOne);
    cluster.start(2, broken);
    await().until(() -> atOne.events.contains("connected 2"));

    one.send(new Message.Heartbeat(1, 2, 1, 0, 0));
    one.flush();

    await().untilAsserted(() -> assertThat(cluster.bugs).contains(planted));
    cluster.bugs.clear();
  }

  @Test
  void memberThatLeftIsNeitherHeardNorDialled() throws IOException {
    var one = cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    await()
        .until(() -> atOne.events.contains("connected 2") && atTwo.events.contains("connected 1"));

    cluster.leave(2);

    await().until(() -> one.stats().isEmpty());
    await().until(() -> atTwo.events.contains("disconnected 1"));
    two.send(new Message.TimeoutNow(2, 1, 5));
    two.flush();
    assertThat(two.stats().getFirst().droppedMessages()).isEqualTo(1);
    assertThat(atOne.messages).isEmpty();
  }

  @Test
  void portInUseIsToldByTheUrl() throws IOException {
    var one = cluster.start(1, atOne);
    int port = one.boundAddresses().getFirst().getPort();
    var identity = new ServerIdentity(TestCluster.CLUSTER, 2);
    assertThatThrownBy(() -> cluster.create(identity, TestCluster.config(port), atTwo))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot listen on http://127.0.0.1:" + port + ": ")
        .hasMessageContaining("in use");
  }

  @Test
  void sendingAfterCloseIsHarmless() throws IOException {
    var one = cluster.start(1, atOne);
    cluster.start(2, atTwo);
    await().until(() -> atOne.events.contains("connected 2"));
    one.close();
    one.send(new Message.TimeoutNow(1, 2, 5));
    one.flush();
    one.membersChanged();
    one.close();
    assertThat(one.stats()).isEmpty();
  }

  /** The loop has work to do between the end of its connections and its own. */
  @Test
  void membersThatChangeDuringTheCloseAreNotDialled() throws Exception {
    var held = new Semaphore(0);
    var holds = new CountDownLatch(1);
    var hold = new AtomicBoolean();
    cluster.start(2, atTwo);
    cluster.join(1, new FreePorts().next());
    Supplier<MemberTable> members =
        () -> {
          if (hold.getAndSet(false)) {
            holds.countDown();
            held.acquireUninterruptibly();
          }
          return cluster.members.get();
        };
    var one =
        new NettyPeerTransport(
            new ServerIdentity(TestCluster.CLUSTER, 1),
            TestCluster.config(0),
            members,
            System::nanoTime,
            new SeededRandom(1),
            (_, bug) -> cluster.bugs.add(bug));
    one.start(atOne, NoSnapshots.TAKEN);
    await().until(() -> atOne.events.contains("connected 2"));

    hold.set(true);
    one.membersChanged();
    holds.await();
    var closing = Thread.ofPlatform().start(one::close);
    await().until(() -> closing.getState() == Thread.State.WAITING);
    one.membersChanged();
    held.release();
    closing.join();

    assertThat(one.stats()).isEmpty();
  }

  @Test
  void statsCountBothDirections() throws IOException {
    var one = cluster.start(1, atOne);
    var two = cluster.start(2, atTwo);
    await().until(() -> atOne.events.contains("connected 2"));
    sendHeartbeats(one, 1, 2);
    await().until(() -> atTwo.messages.size() == 100);

    var sent = one.stats().getFirst();
    var received = two.stats().getFirst();
    assertThat(sent.peer()).isEqualTo(2);
    assertThat(sent.sentMessages()).isEqualTo(100);
    assertThat(sent.queuedBytes()).isZero();
    assertThat(received.receivedMessages()).isEqualTo(100);
    assertThat(received.receivedBytes()).isEqualTo(sent.sentBytes()).isPositive();
    await().until(() -> one.stats().getFirst().roundTripNanos() > 0);
  }

  private static void sendHeartbeats(NettyPeerTransport transport, long from, long... to) {
    for (long peer : to) {
      heartbeats(from, peer).forEach(transport::send);
    }
    transport.flush();
  }

  private static List<Message> heartbeats(long from, long to) {
    return LongStream.range(0, 100)
        .<Message>mapToObj(i -> new Message.Heartbeat(from, to, 3, i, i))
        .toList();
  }

  private static List<Message> bulkOf(List<Message> messages) {
    return messages.stream().filter(NettyPeerTransportTest::isBulk).toList();
  }

  private static List<Message> urgentOf(List<Message> messages) {
    return messages.stream().filter(message -> !isBulk(message)).toList();
  }

  private static boolean isBulk(Message message) {
    return message instanceof Message.AppendRequest
        || message instanceof Message.ForwardProposals
        || message instanceof Message.ForwardChange;
  }
}
