package dev.keelson.chaos.history;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * Keys as a request names them (R1, R2): one key if the end is empty, all from a key on if the end
 * is one zero byte, or up to an exclusive end.
 */
public record KeyRange(Bytes from, Bytes end) {
  public static final Bytes NO_END = Bytes.wrap(new byte[] {0});

  public static KeyRange single(Bytes key) {
    return new KeyRange(key, Bytes.EMPTY);
  }

  public static KeyRange single(String key) {
    return single(utf8(key));
  }

  public static KeyRange all() {
    return new KeyRange(NO_END, NO_END);
  }

  public static KeyRange prefix(String prefix) {
    byte[] end = prefix.getBytes(StandardCharsets.UTF_8);
    // No byte of UTF-8 is 0xff: the last one can always be raised.
    end[end.length - 1]++;
    return new KeyRange(utf8(prefix), Bytes.wrap(end));
  }

  public static Bytes utf8(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public boolean isSingle() {
    return end.isEmpty();
  }

  public boolean isOpen() {
    return end.equals(NO_END);
  }

  public boolean contains(Bytes key) {
    if (isSingle()) {
      return key.equals(from);
    }
    return key.compareTo(from) >= 0 && (isOpen() || key.compareTo(end) < 0);
  }

  @Override
  public String toString() {
    if (isSingle()) {
      return from.toString();
    }
    return isOpen() ? "[" + from + ", ...)" : "[" + from + ", " + end + ")";
  }
}
