package dev.keelson.cli.up;

import java.util.Arrays;

/** Walks over the fields of a protobuf message. What is cut short ends the walk. */
final class ProtoFields {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final byte[] message;
  private int position;
  private int number;
  private long varint;
  private byte[] bytes = new byte[0];

  ProtoFields(byte[] message) {
    this.message = message;
  }

  /** Moves to the next field; false at the end. */
  boolean next() {
    if (position >= message.length) {
      return false;
    }
    long tag = readVarint();
    number = (int) (tag >>> 3);
    varint = 0;
    bytes = new byte[0];
    switch ((int) (tag & 7)) {
      case VARINT -> varint = readVarint();
      case FIXED64 -> skip(Long.BYTES);
      case FIXED32 -> skip(Integer.BYTES);
      case BYTES -> {
        long declared = readVarint();
        int length = Math.clamp(declared, 0, message.length - position);
        bytes = Arrays.copyOfRange(message, position, position + length);
        skip(length);
      }
      default -> position = message.length;
    }
    return true;
  }

  int number() {
    return number;
  }

  /** The value of a number; 0 when the field is none. */
  long varint() {
    return varint;
  }

  /** The value of a string or a message; empty when the field is none. */
  byte[] bytes() {
    return bytes;
  }

  private void skip(int length) {
    position = Math.min(message.length, position + length);
  }

  private long readVarint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE && position < message.length; shift += 7) {
      byte next = message[position++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return value;
  }
}
