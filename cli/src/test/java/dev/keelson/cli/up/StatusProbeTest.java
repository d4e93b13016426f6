package dev.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.StatusResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StatusProbeTest {
  private static final byte[] STATUS =
      StatusResponse.newBuilder()
          .setHeader(ResponseHeader.newBuilder().setClusterId(7).setMemberId(-3).setRevision(12))
          .setVersion("3.7.1")
          .setDbSize(1L << 40)
          .setLeader(-5)
          .setRaftIndex(100)
          .setRaftTerm(9)
          .build()
          .toByteArray();

  @Test
  void theThreeThingsWantedAreReadOutOfAStatus() {
    assertThat(StatusProbe.parse(STATUS)).isEqualTo(new MemberStatus(-3, -5, 9));
  }

  @Test
  void aStatusCutShortEndsTheReadingAndNothingElse() {
    for (int length = 0; length < STATUS.length; length++) {
      assertThat(StatusProbe.parse(Arrays.copyOf(STATUS, length))).isNotNull();
    }
  }

  @Test
  void anAnswerIsPutTogetherFromItsFrames() throws IOException {
    var frames = new ByteArrayOutputStream();
    byte[] body = grpc(STATUS);
    frame(frames, 4, 0, 0, new byte[6]);
    frame(frames, 1, 4, 1, new byte[] {1, 2, 3});
    frame(frames, 0, 0, 3, new byte[] {9, 9, 9});
    frame(frames, 0, 0, 1, Arrays.copyOf(body, 7));
    frame(frames, 0, 0, 1, Arrays.copyOfRange(body, 7, body.length));

    assertThat(UnaryCall.answer(input(frames))).hasValue(STATUS);
  }

  @Test
  void aCallThatFailedHasNoAnswer() throws IOException {
    var trailersOnly = new ByteArrayOutputStream();
    frame(trailersOnly, 1, 4 | 1, 1, new byte[] {1, 2, 3});
    var reset = new ByteArrayOutputStream();
    frame(reset, 3, 0, 1, new byte[4]);

    assertThat(UnaryCall.answer(input(trailersOnly))).isEmpty();
    assertThat(UnaryCall.answer(input(reset))).isEmpty();
  }

  @Test
  void anAnswerThatIsNoHttp2IsRefused() {
    byte[] text = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    var in = new DataInputStream(new ByteArrayInputStream(text));

    assertThatThrownBy(() -> UnaryCall.answer(in)).isInstanceOf(IOException.class);
  }

  @Test
  @Timeout(120)
  void whoAcceptsAndSaysNothingIsNotHealthyAndHasNoStatus() throws IOException {
    try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      var probe = new StatusProbe(50);

      assertThat(probe.isHealthy(silent.getLocalPort())).isFalse();
      assertThat(probe.status(silent.getLocalPort())).isEmpty();
    }
  }

  @Test
  void whoIsNotThereIsNotHealthyAndHasNoStatus() throws IOException {
    // Bound and not listened to: nobody else can come to listen there.
    try (var bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int free = bound.getLocalPort();

      assertThat(new StatusProbe(1_000).isHealthy(free)).isFalse();
      assertThat(new StatusProbe(1_000).status(free)).isEmpty();
    }
  }

  private static byte[] grpc(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
    out.writeBytes(
        ByteBuffer.allocate(9 + payload.length)
            .putInt(payload.length << 8 | type)
            .put((byte) flags)
            .putInt(stream)
            .put(payload)
            .array());
  }

  private static DataInputStream input(ByteArrayOutputStream bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
  }
}
