package dev.keelson.server.transport;

import com.google.protobuf.MessageLite;
import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.Hello;
import dev.keelson.raft.Bytes;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** A client of the peer port that may say anything. */
final class RawPeer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final DataInputStream in;

  /** A frame as it was read. */
  record Frame(FrameKind kind, Bytes body) {}

  RawPeer(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  /** The hello of a member that is welcome; tests spoil it. */
  static Hello.Builder hello(long from, long to) {
    return Hello.newBuilder()
        .setMagic(Handshake.MAGIC)
        .setProtocolVersion(Handshake.PROTOCOL_VERSION)
        .setClusterId(TestCluster.CLUSTER)
        .setFromMember(from)
        .setToMember(to)
        .setServerVersion("3.7.0")
        .setPurpose(Hello.Purpose.RAFT);
  }

  static byte[] frame(FrameKind kind, MessageLite body) {
    var out = Unpooled.buffer();
    Frames.write(out, kind, body);
    return ByteBufUtil.getBytes(out);
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void send(FrameKind kind, MessageLite body) throws IOException {
    send(frame(kind, body));
  }

  FrameKind readKind() throws IOException {
    return read().kind();
  }

  Frame read() throws IOException {
    int length = in.readInt();
    in.readInt();
    var kind = FrameKind.forNumber(in.readByte());
    if (kind == null) {
      throw new IOException("unknown kind");
    }
    return new Frame(kind, Bytes.wrap(in.readNBytes(length - Frames.KIND_BYTES)));
  }

  /** Waits until the other side has closed the connection; what it still says is not looked at. */
  boolean isClosedByPeer() throws IOException {
    try {
      in.skipNBytes(Long.MAX_VALUE);
      return false;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // a reset is a close, too
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
