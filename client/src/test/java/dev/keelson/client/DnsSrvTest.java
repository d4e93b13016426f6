package dev.keelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DnsSrvTest {
  private static final int NO_SUCH_NAME = 3;

  /** A name server that knows two SRV records of one name. */
  private static final class NameServer implements AutoCloseable {
    private final DatagramSocket socket;

    NameServer() throws IOException {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::serve);
    }

    String url() {
      return "dns://127.0.0.1:" + socket.getLocalPort();
    }

    private void serve() {
      var buffer = new byte[512];
      while (!socket.isClosed()) {
        try {
          var question = new DatagramPacket(buffer, buffer.length);
          socket.receive(question);
          byte[] answer = answer(ByteBuffer.wrap(buffer, 0, question.getLength()));
          socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
        } catch (IOException e) {
          return;
        }
      }
    }

    private static byte[] answer(ByteBuffer question) throws IOException {
      int end = 12;
      while (question.get(end) != 0) {
        end += question.get(end) + 1;
      }
      var name = new byte[end - 12];
      question.get(12, name);
      boolean known =
          new String(name, StandardCharsets.US_ASCII).contains("_etcd-client")
              && new String(name, StandardCharsets.US_ASCII).contains("example");
      var whole = new byte[end + 5 - 12];
      question.get(12, whole);
      var bytes = new ByteArrayOutputStream();
      var out = new DataOutputStream(bytes);
      out.writeShort(question.getShort(0));
      out.writeShort(0x8180 | (known ? 0 : NO_SUCH_NAME));
      out.writeShort(1);
      out.writeShort(known ? 2 : 0);
      out.writeInt(0);
      out.write(whole);
      if (known) {
        record(out, 20, 2380, "second");
        record(out, 10, 2379, "first");
      }
      return bytes.toByteArray();
    }

    private static void record(DataOutputStream out, int priority, int port, String host)
        throws IOException {
      out.writeShort(0xc00c); // the name asked for
      out.writeShort(33);
      out.writeShort(1);
      out.writeInt(60);
      out.writeShort(6 + host.length() + 2);
      out.writeShort(priority);
      out.writeShort(1);
      out.writeShort(port);
      out.writeByte(host.length());
      out.write(host.getBytes(StandardCharsets.US_ASCII));
      out.writeByte(0);
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  @Test
  void recordsAreEndpointsInTheOrderOfTheirPriority() throws IOException {
    try (var server = new NameServer()) {
      assertThat(new DnsSrv(server.url(), "example", false).endpoints())
          .containsExactly("http://first:2379", "http://second:2380");
      assertThat(new DnsSrv(server.url(), "example", true).endpoints())
          .containsExactly("https://first:2379", "https://second:2380");
    }
  }

  @Test
  void aDomainWithoutRecordsIsSaidToHaveNone() throws IOException {
    try (var server = new NameServer()) {
      assertThatThrownBy(() -> new DnsSrv(server.url(), "elsewhere", false).endpoints())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("_etcd-client._tcp.elsewhere");
    }
  }
}
