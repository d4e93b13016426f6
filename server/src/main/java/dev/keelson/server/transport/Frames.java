package dev.keelson.server.transport;

import com.google.protobuf.MessageLite;
import dev.keelson.api.peer.FrameKind;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32C;

/** The envelope of everything a member says: length, checksum, kind, body (peer.proto). */
final class Frames {
  static final int HEADER_BYTES = 8;
  static final int KIND_BYTES = 1;

  private static final Set<String> HTTP_STARTS =
      Set.of(
          "GET ", "PUT ", "POST", "HEAD", "OPTI", "DELE", "PATC", "CONN", "TRAC", "PRI ", "HTTP");

  /** The first two bytes of a TLS record that carries a handshake, version 3.x. */
  private static final int TLS_HANDSHAKE = 0x1603;

  private Frames() {}

  /** Begins a frame; the caller writes the body and then calls {@link #end}. */
  static int begin(ByteBuf out, FrameKind kind) {
    int start = out.writerIndex();
    out.writeZero(HEADER_BYTES);
    out.writeByte(kind.getNumber());
    return start;
  }

  /** Fills in the length and the checksum of the frame that began at this place. */
  static void end(ByteBuf out, int start) {
    int content = start + HEADER_BYTES;
    int length = out.writerIndex() - content;
    out.setInt(start, length);
    out.setInt(start + Integer.BYTES, checksum(out, content, length));
  }

  /** Writes a frame whose body is a generated message: for those that are rare. */
  static void write(ByteBuf out, FrameKind kind, MessageLite body) {
    int size = body.getSerializedSize();
    out.ensureWritable(HEADER_BYTES + KIND_BYTES + size);
    int start = begin(out, kind);
    out.writeBytes(body.toByteArray());
    end(out, start);
  }

  static int checksum(ByteBuf buffer, int index, int length) {
    var checksum = new CRC32C();
    if (buffer.nioBufferCount() == 1) {
      checksum.update(buffer.internalNioBuffer(index, length));
    } else {
      for (ByteBuffer part : buffer.nioBuffers(index, length)) {
        checksum.update(part);
      }
    }
    return (int) checksum.getValue();
  }

  /** What stands where a frame should begin, in words an operator understands. */
  static String describeBadLength(ByteBuf in, int length, int maxBytes) {
    var start = in.toString(in.readerIndex(), Integer.BYTES, StandardCharsets.ISO_8859_1);
    if (HTTP_STARTS.contains(start)) {
      return "this is HTTP, not the peer protocol";
    }
    if (length >>> 16 == TLS_HANDSHAKE) {
      return "this is TLS, and the peer port is plain";
    }
    return "frame of " + Integer.toUnsignedString(length) + " bytes, allowed are 1 to " + maxBytes;
  }

  /** Reads a body by a generated parser. */
  static <T> T parse(ByteBuf body, BodyParser<T> parser) throws FrameException {
    var array = new byte[body.readableBytes()];
    body.readBytes(array);
    try {
      return parser.parse(array);
    } catch (IOException e) {
      throw new FrameException("body is not the message its kind names: " + e.getMessage());
    }
  }

  /** A generated {@code parseFrom}. */
  @FunctionalInterface
  interface BodyParser<T> {
    T parse(byte[] body) throws IOException;
  }
}
