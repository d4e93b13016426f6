package dev.keelson.chaos.history;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Consumer;

/** A growing array of bytes that numbers, strings and lists are appended to. Used by one thread. */
final class Encoder {
  private byte[] bytes = new byte[512];
  private int length;

  void reset() {
    length = 0;
  }

  int length() {
    return length;
  }

  byte[] array() {
    return bytes;
  }

  Encoder flag(boolean value) {
    return small(value ? 1 : 0);
  }

  Encoder small(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
    return this;
  }

  /** Small numbers of either sign are short. */
  Encoder number(long value) {
    reserve(10);
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  Encoder bytes(Bytes value) {
    number(value.length());
    reserve(value.length());
    System.arraycopy(value.backingArray(), value.backingOffset(), bytes, length, value.length());
    length += value.length();
    return this;
  }

  Encoder text(String value) {
    return bytes(Bytes.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }

  <T> Encoder list(Collection<? extends T> values, Consumer<T> one) {
    number(values.size());
    values.forEach(one);
    return this;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
