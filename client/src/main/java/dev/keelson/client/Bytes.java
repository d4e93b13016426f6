package dev.keelson.client;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;

/**
 * An immutable byte string, as keys and values are. Ordered as the store orders keys: byte by byte,
 * unsigned.
 */
public final class Bytes implements Comparable<Bytes> {
  /** No bytes: legal as a value, not as a key. */
  public static final Bytes EMPTY = new Bytes(ByteString.EMPTY);

  private final ByteString content;

  private Bytes(ByteString content) {
    this.content = content;
  }

  /** The UTF-8 encoding of a text. */
  public static Bytes of(String text) {
    return new Bytes(ByteString.copyFromUtf8(text));
  }

  /** A copy of the array. */
  public static Bytes copyOf(byte[] array) {
    return new Bytes(ByteString.copyFrom(array));
  }

  /** The same bytes, not copied. */
  public static Bytes of(ByteString content) {
    return content.isEmpty() ? EMPTY : new Bytes(content);
  }

  /** The bytes read as UTF-8. */
  public String utf8() {
    return content.toString(StandardCharsets.UTF_8);
  }

  public byte[] toByteArray() {
    return content.toByteArray();
  }

  /** The same bytes, not copied. */
  public ByteString toByteString() {
    return content;
  }

  public int size() {
    return content.size();
  }

  public boolean isEmpty() {
    return content.isEmpty();
  }

  public boolean startsWith(Bytes prefix) {
    return content.startsWith(prefix.content);
  }

  public Bytes plus(Bytes more) {
    return new Bytes(content.concat(more.content));
  }

  public Bytes plus(String more) {
    return plus(of(more));
  }

  /** What follows the first {@code count} bytes. */
  public Bytes from(int count) {
    return of(content.substring(count));
  }

  @Override
  public int compareTo(Bytes other) {
    return ByteString.unsignedLexicographicalComparator().compare(content, other.content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && content.equals(bytes.content);
  }

  @Override
  public int hashCode() {
    return content.hashCode();
  }

  /** The text where it is one, for logs and failures; not an encoding. */
  @Override
  public String toString() {
    return content.isValidUtf8() ? content.toStringUtf8() : "0x" + hex();
  }

  private String hex() {
    var text = new StringBuilder(2 * size());
    for (byte one : toByteArray()) {
      text.append(Character.forDigit((one >> 4) & 0xf, 16))
          .append(Character.forDigit(one & 0xf, 16));
    }
    return text.toString();
  }
}
