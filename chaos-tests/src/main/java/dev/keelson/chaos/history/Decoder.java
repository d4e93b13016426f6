package dev.keelson.chaos.history;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Takes apart what an {@link Encoder} put together. */
final class Decoder {
  private final byte[] bytes;
  private int at;

  Decoder(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  boolean flag() {
    return small() != 0;
  }

  int small() {
    return bytes[at++];
  }

  long number() {
    long value = 0;
    int shift = 0;
    byte next;
    do {
      next = bytes[at++];
      value |= (long) (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0);
    return (value >>> 1) ^ -(value & 1);
  }

  int count() {
    return Math.toIntExact(number());
  }

  Bytes bytes() {
    int length = count();
    at += length;
    // A copy: a view would keep the whole record alive.
    return Bytes.wrap(Arrays.copyOfRange(bytes, at - length, at));
  }

  String text() {
    return new String(bytes().toArray(), StandardCharsets.UTF_8);
  }

  <T> List<T> list(Supplier<T> one) {
    int size = count();
    if (size == 0) {
      return List.of();
    }
    var values = new ArrayList<T>(Math.min(size, bytes.length));
    for (int i = 0; i < size; i++) {
      values.add(one.get());
    }
    return values;
  }
}
