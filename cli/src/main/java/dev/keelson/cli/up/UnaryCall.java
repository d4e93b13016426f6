package dev.keelson.cli.up;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One gRPC call, as bytes on a fresh HTTP/2 connection (RFC 9113). Headers are sent as literals, so
 * no table of HPACK is needed; those of the answer are not read.
 */
final class UnaryCall {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int STREAM = 1;
  private static final int GRPC_PREFIX_BYTES = 5;
  private static final int MAX_FRAME_BYTES = 64 << 10;
  // A server may talk of other things first, but not for ever.
  private static final int MAX_FRAMES = 100;

  private UnaryCall() {}

  static byte[] request(String path, byte[] message) {
    var headers = new ByteArrayOutputStream();
    header(headers, ":method", "POST");
    header(headers, ":scheme", "http");
    header(headers, ":path", path);
    header(headers, ":authority", ClusterPlan.HOST);
    header(headers, "content-type", "application/grpc");
    header(headers, "te", "trailers");
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(PREFACE.getBytes(StandardCharsets.US_ASCII));
    frame(bytes, SETTINGS, 0, 0, new byte[0]);
    frame(bytes, HEADERS, END_HEADERS, STREAM, headers.toByteArray());
    var body = ByteBuffer.allocate(GRPC_PREFIX_BYTES + message.length);
    body.put((byte) 0).putInt(message.length).put(message); // 0: not compressed
    frame(bytes, DATA, END_STREAM, STREAM, body.array());
    return bytes.toByteArray();
  }

  /** The message of the answer; empty when the call failed. */
  static Optional<byte[]> answer(DataInputStream in) throws IOException {
    var data = new ByteArrayOutputStream();
    for (int frames = 0; frames < MAX_FRAMES; frames++) {
      int lengthAndType = in.readInt();
      int length = lengthAndType >>> 8;
      int flags = in.readUnsignedByte();
      int stream = in.readInt() & Integer.MAX_VALUE;
      if (length > MAX_FRAME_BYTES) {
        throw new IOException("a frame of " + length + " bytes");
      }
      byte[] payload = in.readNBytes(length);
      if (payload.length < length) {
        throw new EOFException();
      }
      int type = lengthAndType & 0xff;
      if (type == DATA && stream == STREAM) {
        data.writeBytes(payload);
      }
      boolean complete = isComplete(data);
      boolean over =
          type == RST_STREAM
              || type == GOAWAY
              || ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0);
      if (complete || over) {
        return complete ? Optional.of(message(data)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean isComplete(ByteArrayOutputStream data) {
    return data.size() >= GRPC_PREFIX_BYTES
        && data.size() >= GRPC_PREFIX_BYTES + messageLength(data.toByteArray());
  }

  private static int messageLength(byte[] data) {
    return ByteBuffer.wrap(data, 1, Integer.BYTES).getInt();
  }

  private static byte[] message(ByteArrayOutputStream data) {
    byte[] all = data.toByteArray();
    byte[] message = new byte[messageLength(all)];
    System.arraycopy(all, GRPC_PREFIX_BYTES, message, 0, message.length);
    return message;
  }

  /** Literal without indexing, new name, no Huffman code (RFC 7541, 6.2.2). */
  private static void header(ByteArrayOutputStream out, String name, String value) {
    out.write(0);
    text(out, name);
    text(out, value);
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    out.write(bytes.length); // all of ours are below 127: one byte
    out.writeBytes(bytes);
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
    var head = ByteBuffer.allocate(9);
    head.putInt((payload.length << 8) | type).put((byte) flags).putInt(stream);
    out.writeBytes(head.array());
    out.writeBytes(payload);
  }
}
