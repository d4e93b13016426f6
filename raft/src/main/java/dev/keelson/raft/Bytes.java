package dev.keelson.raft;

import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable byte string, ordered as unsigned bytes. A view may share its array with other views,
 * so nobody may write to an array once it was handed to {@link #wrap}. Thread-safe.
 */
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** Takes the array over without a copy: the caller never writes to it again. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /** As {@link #wrap(byte[])}, for a part of an array. */
  public static Bytes wrap(byte[] array, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, array.length);
    return length == 0 ? EMPTY : new Bytes(array, offset, length);
  }

  public static Bytes copyOf(byte[] array) {
    return wrap(array.clone());
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public byte at(int index) {
    return array[offset + Objects.checkIndex(index, length)];
  }

  public byte[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  public Bytes slice(int from, int to) {
    Objects.checkFromToIndex(from, to, length);
    return wrap(array, offset + from, to - from);
  }

  /** The array behind this view, for codecs that copy from it. It must not be written to. */
  public byte[] backingArray() {
    return array;
  }

  /** Where this view starts in {@link #backingArray()}. */
  public int backingOffset() {
    return offset;
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(
        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof Bytes other
        && Arrays.equals(
            array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  @Override
  public String toString() {
    var text = new StringBuilder(length + 2);
    for (int i = 0; i < length; i++) {
      byte value = at(i);
      if (value >= 0x20 && value < 0x7f && value != '\\') {
        text.append((char) value);
      } else {
        text.append(String.format("\\x%02x", value & 0xff));
      }
    }
    return text.toString();
  }
}
