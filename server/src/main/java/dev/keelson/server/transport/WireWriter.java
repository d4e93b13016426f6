package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;
import io.netty.buffer.ByteBuf;

/**
 * Writes protobuf fields straight into a buffer: no message object and no second copy for an entry
 * on its way out. As in proto3, a field with its default value is left out.
 */
final class WireWriter {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  static final int FIXED32 = 5;

  private WireWriter() {}

  /** Writes the values as fields 1, 2, 3 ... */
  static void numbers(ByteBuf out, long... values) {
    for (int i = 0; i < values.length; i++) {
      number(out, i + 1, values[i]);
    }
  }

  static void number(ByteBuf out, int field, long value) {
    if (value != 0) {
      tag(out, field, VARINT);
      varint(out, value);
    }
  }

  static void fixed64(ByteBuf out, int field, long value) {
    if (value != 0) {
      tag(out, field, FIXED64);
      out.writeLongLE(value);
    }
  }

  static void bytes(ByteBuf out, int field, Bytes value) {
    if (!value.isEmpty()) {
      tag(out, field, LENGTH_DELIMITED);
      varint(out, value.length());
      out.writeBytes(value.backingArray(), value.backingOffset(), value.length());
    }
  }

  /** Begins a field of this many bytes, which the caller writes next. */
  static void lengthDelimited(ByteBuf out, int field, int length) {
    tag(out, field, LENGTH_DELIMITED);
    varint(out, length);
  }

  static int numberSize(long value) {
    return value == 0 ? 0 : 1 + varintSize(value);
  }

  static int fixed64Size(long value) {
    return value == 0 ? 0 : 1 + Long.BYTES;
  }

  static int bytesSize(Bytes value) {
    return value.isEmpty() ? 0 : 1 + varintSize(value.length()) + value.length();
  }

  private static int varintSize(long value) {
    return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
  }

  /** Every field number of ours is below 16, so that a tag is one byte. */
  private static void tag(ByteBuf out, int field, int wireType) {
    out.writeByte((field << 3) | wireType);
  }

  private static void varint(ByteBuf out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.writeByte((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }
}
