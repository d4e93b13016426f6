package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;
import io.netty.buffer.ByteBuf;
import java.util.function.LongConsumer;

/**
 * Reads protobuf fields from a buffer. Each byte string is copied once into an array of its own, so
 * that what is kept for long does not keep the frame it came in.
 */
final class WireReader {
  private final ByteBuf in;
  private int limit;
  private int tag;

  WireReader(ByteBuf in) {
    this.in = in;
    this.limit = in.writerIndex();
  }

  /** The number of the next field, or 0 at the end. The field must then be read or skipped. */
  int next() throws FrameException {
    if (in.readerIndex() == limit) {
      return 0;
    }
    long read = varint();
    if (read >>> 3 == 0 || read > 0xffff_ffffL) {
      throw new FrameException("field tag " + read + " is not one of protobuf");
    }
    tag = (int) read;
    return tag >>> 3;
  }

  long number() throws FrameException {
    expect(WireWriter.VARINT);
    return varint();
  }

  long fixed64() throws FrameException {
    expect(WireWriter.FIXED64);
    require(Long.BYTES);
    return in.readLongLE();
  }

  Bytes bytes() throws FrameException {
    int length = length();
    if (length == 0) {
      return Bytes.EMPTY;
    }
    var array = new byte[length];
    in.readBytes(array);
    return Bytes.wrap(array);
  }

  /** A packed list of fixed64. */
  void packedFixed64(LongConsumer sink) throws FrameException {
    int length = length();
    if (length % Long.BYTES != 0) {
      throw new FrameException("a packed list ends inside a number");
    }
    for (int i = 0; i < length / Long.BYTES; i++) {
      sink.accept(in.readLongLE());
    }
  }

  /** Enters a nested message; its fields end where {@link #next} returns 0. */
  int enter() throws FrameException {
    int outer = limit;
    int length = length();
    limit = in.readerIndex() + length;
    return outer;
  }

  /** Leaves a nested message that was read to its end. */
  void leave(int outerLimit) {
    limit = outerLimit;
  }

  /** Bytes left in the message or the nested message. */
  int remaining() {
    return limit - in.readerIndex();
  }

  /** Reads a whole message of numbers: field n at place n. Fields not known here are skipped. */
  long[] numbers(int count) throws FrameException {
    var values = new long[count + 1];
    for (int field = next(); field != 0; field = next()) {
      if (field <= count) {
        values[field] = number();
      } else {
        skip();
      }
    }
    return values;
  }

  /** A later version may say more than we know. */
  void skip() throws FrameException {
    switch (tag & 7) {
      case WireWriter.VARINT -> varint();
      case WireWriter.FIXED64 -> skipBytes(Long.BYTES);
      case WireWriter.LENGTH_DELIMITED -> skipBytes(length());
      case WireWriter.FIXED32 -> skipBytes(Integer.BYTES);
      default -> throw new FrameException("wire type " + (tag & 7) + " is not in use");
    }
  }

  private void skipBytes(int count) throws FrameException {
    require(count);
    in.skipBytes(count);
  }

  private int length() throws FrameException {
    expect(WireWriter.LENGTH_DELIMITED);
    long length = varint();
    if (length < 0 || length > remaining()) {
      throw new FrameException("field " + (tag >>> 3) + " is longer than its message");
    }
    return (int) length;
  }

  private void expect(int wireType) throws FrameException {
    if ((tag & 7) != wireType) {
      throw new FrameException("field " + (tag >>> 3) + " has wire type " + (tag & 7));
    }
  }

  private void require(int count) throws FrameException {
    if (count > remaining()) {
      throw new FrameException("message ends inside a field");
    }
  }

  private long varint() throws FrameException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      require(1);
      byte read = in.readByte();
      value |= (long) (read & 0x7f) << shift;
      if (read >= 0) {
        return value;
      }
    }
    throw new FrameException("number longer than ten bytes");
  }
}
