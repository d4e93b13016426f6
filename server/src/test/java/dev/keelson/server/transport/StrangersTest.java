package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.MessageLite;
import dev.keelson.api.peer.AppendRequest;
import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.Ping;
import dev.keelson.api.peer.Refusal;
import dev.keelson.api.peer.Welcome;
import dev.keelson.raft.Message;
import dev.keelson.server.FreePorts;
import dev.keelson.server.cluster.ServerIdentity;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is not a peer is told so, and harms nobody who is. */
class StrangersTest {
  private static final long OTHER_CLUSTER = 0xc2;

  private final TestCluster cluster = new TestCluster();
  private final LogLines log = new LogLines();
  private final RecordingListener atOne = new RecordingListener();
  private final RecordingListener atTwo = new RecordingListener();
  private NettyPeerTransport one;
  private int portOfOne;

  @BeforeEach
  void startTwoMembers() throws IOException {
    one = cluster.start(1, atOne);
    portOfOne = one.boundAddresses().getFirst().getPort();
    // Known before it dials: refused, it would leave a line of its own.
    int portOfTwo = new FreePorts().next();
    cluster.join(2, portOfTwo);
    cluster.startAgain(2, portOfTwo, atTwo);
    await()
        .until(() -> atOne.events.contains("connected 2") && atTwo.events.contains("connected 1"));
  }

  @AfterEach
  void closeAll() {
    cluster.close();
    log.close();
  }

  static Stream<Arguments> spoiltHellos() {
    return Stream.of(
        Arguments.of(
            Refusal.Reason.PROTOCOL_VERSION,
            "protocol version is 1, not 9",
            RawPeer.hello(2, 1).setProtocolVersion(9).build()),
        Arguments.of(
            Refusal.Reason.CLUSTER_ID,
            "cluster id is c1, not c2",
            RawPeer.hello(2, 1).setClusterId(OTHER_CLUSTER).build()),
        Arguments.of(
            Refusal.Reason.WRONG_ADDRESSEE, "this is member 1, not 3", RawPeer.hello(2, 3).build()),
        Arguments.of(
            Refusal.Reason.UNKNOWN_SENDER,
            "7 is no other member of cluster c1",
            RawPeer.hello(7, 1).build()),
        Arguments.of(
            Refusal.Reason.UNKNOWN_SENDER,
            "1 is no other member of cluster c1",
            RawPeer.hello(1, 1).build()));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("spoiltHellos")
  void strangerIsRefusedWithTheReason(Refusal.Reason reason, String detail, Hello hello)
      throws IOException {
    try (var stranger = new RawPeer(portOfOne)) {
      stranger.send(FrameKind.HELLO, hello);
      var answer = stranger.read();
      assertThat(answer.kind()).isEqualTo(FrameKind.REFUSAL);
      assertThat(Refusal.parseFrom(answer.body().toArray()))
          .isEqualTo(Refusal.newBuilder().setReason(reason).setDetail(detail).build());
      assertThat(stranger.isClosedByPeer()).isTrue();
    }
    await().until(() -> !log.containing("peer refused ").isEmpty());
    assertThat(log.containing("peer refused "))
        .singleElement()
        .asString()
        .startsWith("WARN ")
        .contains("reason=" + Handshake.nameOf(reason), "detail=\"" + detail + "\"");
    assertOthersAreUndisturbed();
  }

  @Test
  void refusedDiallerLogsTheReasonOnceAndKeepsTrying() throws IOException {
    var identity = new ServerIdentity(OTHER_CLUSTER, 3);
    try (var link = new FaultyLink(portOfOne)) {
      cluster.join(1, link.port());
      cluster.create(identity, TestCluster.config(0), new RecordingListener());
      await().until(() -> link.accepted.get() >= 6);
    }
    assertThat(log.containing("peer refuses us member=3 peer=1"))
        .singleElement()
        .asString()
        .contains("reason=cluster-id", "detail=\"cluster id is c1, not c2\"");
  }

  @Test
  void diallerRefusesAnAnswererThatIsSomebodyElse() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      cluster.join(3, server.getLocalPort());
      try (var socket = server.accept()) {
        socket
            .getOutputStream()
            .write(
                RawPeer.frame(
                    FrameKind.WELCOME,
                    Welcome.newBuilder()
                        .setProtocolVersion(Handshake.PROTOCOL_VERSION)
                        .setClusterId(TestCluster.CLUSTER)
                        .setMember(4)
                        .build()));
        await().until(() -> !log.containing("peer refuses us").isEmpty());
      }
    }
    assertThat(log.containing("reason=wrong-addressee detail=\"the peer is 4\"")).isNotEmpty();
    assertThat(atOne.events).doesNotContain("connected 3");
  }

  static Stream<Arguments> garbage() {
    var unknownKind = RawPeer.frame(FrameKind.PING, Ping.getDefaultInstance());
    unknownKind[Frames.HEADER_BYTES] = 99;
    var checked = Unpooled.wrappedBuffer(unknownKind);
    Frames.end(checked, 0);
    var flipped = RawPeer.frame(FrameKind.HELLO, RawPeer.hello(2, 1).build());
    flipped[flipped.length - 1] ^= 1;
    return Stream.of(
        Arguments.of("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), "this is HTTP"),
        Arguments.of(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}, "this is TLS"),
        Arguments.of(ByteBuffer.allocate(64).putInt(Integer.MAX_VALUE).array(), "2147483647 bytes"),
        Arguments.of(ByteBuffer.allocate(64).putInt(-1).array(), "4294967295 bytes"),
        Arguments.of(new byte[64], "frame of 0 bytes"),
        Arguments.of(ByteBuffer.allocate(64).putInt(5000).array(), "allowed are 1 to 4096"),
        Arguments.of(flipped, "checksum of a frame of 44 bytes is wrong"),
        Arguments.of(unknownKind, "unknown kind of frame 99"),
        Arguments.of(
            RawPeer.frame(FrameKind.PING, Ping.getDefaultInstance()), "first frame is PING"),
        Arguments.of(
            RawPeer.frame(FrameKind.HELLO, RawPeer.hello(2, 1).setMagic(1).build()), "magic is 1"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("garbage")
  void garbageEndsItsConnectionWithOneLine(byte[] bytes, String detail) throws IOException {
    try (var stranger = new RawPeer(portOfOne)) {
      stranger.send(bytes);
      assertThat(stranger.isClosedByPeer()).isTrue();
    }
    await().until(() -> !log.containing("reason=bad-frame").isEmpty());
    assertThat(log.containing("reason=bad-frame"))
        .singleElement()
        .asString()
        .startsWith("WARN peer connection closed member=1 remote=/127.0.0.1:")
        .contains(detail);
    assertOthersAreUndisturbed();
  }

  @Test
  void strangerOfOneKindDoesNotHideAnother() throws IOException {
    say(FrameKind.HELLO, RawPeer.hello(2, 1).setClusterId(OTHER_CLUSTER).build());
    say(FrameKind.HELLO, RawPeer.hello(7, 1).build());
    say(FrameKind.PING, Ping.getDefaultInstance());

    await().until(() -> !log.containing("reason=cluster-id").isEmpty());
    await().until(() -> !log.containing("reason=unknown-sender").isEmpty());
    await().until(() -> !log.containing("reason=bad-frame").isEmpty());
  }

  private void say(FrameKind kind, MessageLite body) throws IOException {
    try (var stranger = new RawPeer(portOfOne)) {
      stranger.send(kind, body);
      assertThat(stranger.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void truncatedFrameIsForgottenWithItsConnection() throws IOException {
    var frame = RawPeer.frame(FrameKind.HELLO, RawPeer.hello(2, 1).build());
    try (var stranger = new RawPeer(portOfOne)) {
      stranger.send(Arrays.copyOf(frame, frame.length - 1));
    }
    assertOthersAreUndisturbed();
  }

  @Test
  void connectionThatSaysNothingIsClosed() throws IOException {
    var hasty = cluster.start(3, TestCluster.config(0, TestCluster.HASTY), new RecordingListener());
    try (var stranger = new RawPeer(hasty.boundAddresses().getFirst().getPort())) {
      assertThat(stranger.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void frameLongerThanTheLimitEndsAPeersConnection() throws IOException {
    cluster.join(3, new FreePorts().next());
    try (var peer = welcomed(3)) {
      peer.send(ByteBuffer.allocate(64).putInt((1 << 20) + 1).array());
      assertThat(peer.isClosedByPeer()).isTrue();
    }
    assertLoggedOnce("frame of 1048577 bytes, allowed are 1 to 1048576");
    assertOthersAreUndisturbed();
  }

  @Test
  void bodyThatIsNoMessageEndsAPeersConnection() throws IOException {
    cluster.join(3, new FreePorts().next());
    try (var peer = welcomed(3)) {
      peer.send(FrameKind.APPEND_REQUEST, AppendRequest.newBuilder().setTerm(-5).build());
      assertThat(peer.isClosedByPeer()).isTrue();
    }
    assertLoggedOnce("term or index 18446744073709551611 is too large");
    assertOthersAreUndisturbed();
  }

  @Test
  void newConnectionOfAPeerTakesTheOldOnesPlace() throws IOException {
    cluster.join(3, new FreePorts().next());
    try (var old = welcomed(3);
        var _ = welcomed(3)) {
      assertThat(old.isClosedByPeer()).isTrue();
    }
  }

  private RawPeer welcomed(long from) throws IOException {
    var peer = new RawPeer(portOfOne);
    peer.send(FrameKind.HELLO, RawPeer.hello(from, 1).build());
    assertThat(peer.readKind()).isEqualTo(FrameKind.WELCOME);
    return peer;
  }

  private void assertOthersAreUndisturbed() {
    var message = new Message.TimeoutNow(1, 2, 5);
    one.send(message);
    one.flush();
    await().until(() -> atTwo.messages.contains(message));
    assertThat(atOne.events).containsExactly("connected 2");
    assertThat(atTwo.events).containsExactly("connected 1");
  }

  /** The line comes from the event loop, perhaps a moment after the socket's end is seen. */
  private void assertLoggedOnce(String text) {
    await().untilAsserted(() -> assertThat(log.containing(text)).hasSize(1));
  }
}
