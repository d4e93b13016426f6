package dev.keelson.client;

import com.google.protobuf.ByteString;

/**
 * Which keys: one, those with a prefix, those between two keys, those from a key on, or all.
 *
 * @param key the first key
 * @param end the first key after the range; empty for the one key, a zero byte for no end
 */
public record KeyRange(Bytes key, Bytes end) {
  private static final Bytes ZERO = Bytes.of(ByteString.copyFrom(new byte[1]));

  public static KeyRange single(Bytes key) {
    return new KeyRange(key, Bytes.EMPTY);
  }

  public static KeyRange single(String key) {
    return single(Bytes.of(key));
  }

  /** All keys that start with these bytes; an empty prefix means all keys. */
  public static KeyRange prefix(Bytes prefix) {
    return prefix.isEmpty() ? all() : new KeyRange(prefix, prefixEnd(prefix));
  }

  public static KeyRange prefix(String prefix) {
    return prefix(Bytes.of(prefix));
  }

  /** From the first key, inclusive, to the second, exclusive. */
  public static KeyRange between(Bytes first, Bytes end) {
    if (first.compareTo(end) >= 0) {
      throw new IllegalArgumentException("empty range: " + first + " is not before " + end);
    }
    return new KeyRange(first, end);
  }

  /** The key and all after it. */
  public static KeyRange from(Bytes key) {
    return new KeyRange(key, ZERO);
  }

  public static KeyRange all() {
    return new KeyRange(ZERO, ZERO);
  }

  public boolean isSingle() {
    return end.isEmpty();
  }

  public boolean contains(Bytes candidate) {
    if (isSingle()) {
      return candidate.equals(key);
    }
    return candidate.compareTo(key) >= 0 && (end.equals(ZERO) || candidate.compareTo(end) < 0);
  }

  /** What of the range comes after a key of it. */
  KeyRange after(Bytes last) {
    return new KeyRange(last.plus(ZERO), end);
  }

  boolean isOpen() {
    return end.equals(ZERO);
  }

  /** R3: the prefix with its last byte that is not 0xff counted up; open when there is none. */
  static Bytes prefixEnd(Bytes prefix) {
    byte[] bytes = prefix.toByteArray();
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] != (byte) 0xff) {
        bytes[i]++;
        return Bytes.of(ByteString.copyFrom(bytes, 0, i + 1));
      }
    }
    return ZERO;
  }
}
