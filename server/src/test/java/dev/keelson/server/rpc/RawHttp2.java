package dev.keelson.server.rpc;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that speaks HTTP/2 by hand, and so can stop in the middle of a message. */
final class RawHttp2 implements AutoCloseable {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private final Socket socket;
  private final DataOutputStream out;
  private int nextStream = 1;

  RawHttp2(InetSocketAddress address) throws IOException {
    socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(60_000);
    out = new DataOutputStream(socket.getOutputStream());
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** Opens a Put, announces a message, and sends the first bytes of it. */
  int beginPut(int announced, int sent) throws IOException {
    int stream = nextStream;
    nextStream += 2;
    frame(HEADERS, END_HEADERS, stream, putHeaders());
    var data = new ByteArrayOutputStream();
    var writer = new DataOutputStream(data);
    writer.writeByte(0);
    writer.writeInt(announced);
    writer.write(new byte[sent]);
    frame(DATA, 0, stream, data.toByteArray());
    return stream;
  }

  void send(int stream, byte[] data) throws IOException {
    frame(DATA, 0, stream, data);
  }

  void endStream(int stream) throws IOException {
    frame(DATA, END_STREAM, stream, new byte[0]);
  }

  /** The payload of the next headers that end a stream, as text: literals stand in it readable. */
  String awaitTrailers() throws IOException {
    var in = new DataInputStream(socket.getInputStream());
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      in.readInt();
      byte[] payload = in.readNBytes(length);
      if (type == HEADERS && (flags & END_STREAM) != 0) {
        return new String(payload, StandardCharsets.ISO_8859_1);
      }
    }
  }

  /** Pings; false if the server says goodbye instead of answering. */
  boolean ping() throws IOException {
    frame(PING, 0, 0, new byte[8]);
    var in = new DataInputStream(socket.getInputStream());
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      in.readInt();
      in.readNBytes(length);
      if (type == GO_AWAY || (type == PING && (flags & ACK) != 0)) {
        return type == PING;
      }
    }
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length & 0xffff);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    out.flush();
  }

  private static byte[] putHeaders() {
    var block = new ByteArrayOutputStream();
    literal(block, ":method", "POST");
    literal(block, ":scheme", "http");
    literal(block, ":path", "/etcdserverpb.KV/Put");
    literal(block, ":authority", "x");
    literal(block, "content-type", "application/grpc");
    literal(block, "te", "trailers");
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (var text : new String[] {name, value}) {
      block.write(text.length());
      block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
