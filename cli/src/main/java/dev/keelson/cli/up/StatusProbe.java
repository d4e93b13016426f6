package dev.keelson.cli.up;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Asks a member how it is, over a plain socket: the console must start in a blink, and an HTTP
 * client or gRPC would take longer to load than the whole cluster to start.
 */
final class StatusProbe {
  private static final int MAX_ANSWER_BYTES = 64 << 10;
  private final int timeoutMillis;

  StatusProbe(int timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  /** Whether the member serves: {@code /health} makes it do a linearizable read. */
  boolean isHealthy(int port) {
    String request =
        "GET /health HTTP/1.1\r\nHost: "
            + ClusterPlan.HOST
            + ":"
            + port
            + "\r\nConnection: close\r\n\r\n";
    try (var socket = connect(port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(MAX_ANSWER_BYTES);
      return new String(answer, StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200");
    } catch (IOException e) {
      return false;
    }
  }

  /** The member's answer to {@code Maintenance.Status}; empty when there is none in time. */
  Optional<MemberStatus> status(int port) {
    return call(port, "/etcdserverpb.Maintenance/Status", new byte[0]).map(StatusProbe::parse);
  }

  /** The message that answers a unary call; empty when there is none in time. */
  Optional<byte[]> call(int port, String path, byte[] message) {
    try (var socket = connect(port)) {
      OutputStream out = socket.getOutputStream();
      out.write(UnaryCall.request(path, message));
      out.flush();
      return UnaryCall.answer(new DataInputStream(socket.getInputStream()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Socket connect(int port) throws IOException {
    var socket = new Socket();
    try {
      socket.setSoTimeout(timeoutMillis);
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(InetAddress.ofLiteral(ClusterPlan.HOST), port), timeoutMillis);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** StatusResponse: header 1 (member_id 2), leader 4, raftTerm 6. */
  static MemberStatus parse(byte[] message) {
    var header = new ProtoFields(new byte[0]);
    long leader = 0;
    long term = 0;
    var fields = new ProtoFields(message);
    while (fields.next()) {
      switch (fields.number()) {
        case 1 -> header = new ProtoFields(fields.bytes());
        case 4 -> leader = fields.varint();
        case 6 -> term = fields.varint();
        default -> {}
      }
    }
    long memberId = 0;
    while (header.next()) {
      memberId = header.number() == 2 ? header.varint() : memberId;
    }
    return new MemberStatus(memberId, leader, term);
  }
}
