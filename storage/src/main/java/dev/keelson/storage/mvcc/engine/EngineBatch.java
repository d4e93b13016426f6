package dev.keelson.storage.mvcc.engine;

import dev.keelson.raft.Invariant;
import java.util.Arrays;

/**
 * Writes to several families that take effect together. Kept in the form in which RocksDB itself
 * writes a batch, so that it crosses into native code in one call. One thread; reused by {@link
 * #clear}.
 */
public final class EngineBatch {
  // RocksDB's write_batch.cc: 8 bytes sequence, 4 bytes count, then tagged records.
  private static final int HEADER_BYTES = 12;
  private static final byte TAG_DELETE = 0x0;
  private static final byte TAG_PUT = 0x1;
  private static final byte TAG_FAMILY_DELETE = 0x4;
  private static final byte TAG_FAMILY_PUT = 0x5;

  private static final int INITIAL_BYTES = 64 << 10;
  private static final int KEPT_BYTES = 4 << 20;
  private static final int MAX_LENGTH_BYTES = 5;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private int size = HEADER_BYTES;
  private int count;
  private int keyAt;
  private int valueAt;

  /** Sees each write in order. */
  public interface Visitor {
    void put(Family family, byte[] key, byte[] value);

    void delete(Family family, byte[] key);
  }

  public void put(Family family, byte[] key, byte[] value) {
    reserve(family, key.length, value.length);
    System.arraycopy(key, 0, buffer, keyAt, key.length);
    System.arraycopy(value, 0, buffer, valueAt, value.length);
  }

  public void delete(Family family, byte[] key) {
    grow(2 + MAX_LENGTH_BYTES + key.length);
    writeTag(family, TAG_DELETE, TAG_FAMILY_DELETE);
    writeLength(key.length);
    System.arraycopy(key, 0, buffer, size, key.length);
    size += key.length;
    count++;
  }

  /**
   * Adds a put whose key and value the caller writes itself into {@link #array} at {@link #keyAt}
   * and {@link #valueAt}, before any other call.
   */
  public void reserve(Family family, int keyLength, int valueLength) {
    grow(2 + 2 * MAX_LENGTH_BYTES + keyLength + valueLength);
    writeTag(family, TAG_PUT, TAG_FAMILY_PUT);
    writeLength(keyLength);
    keyAt = size;
    size += keyLength;
    writeLength(valueLength);
    valueAt = size;
    size += valueLength;
    count++;
  }

  /** Where reserved keys and values go. Another array after the next addition. */
  public byte[] array() {
    return buffer;
  }

  public int keyAt() {
    return keyAt;
  }

  public int valueAt() {
    return valueAt;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  public int count() {
    return count;
  }

  public int sizeBytes() {
    return size;
  }

  public void clear() {
    if (buffer.length > KEPT_BYTES) {
      buffer = new byte[INITIAL_BYTES];
    }
    size = HEADER_BYTES;
    count = 0;
  }

  /** The batch as RocksDB reads it. */
  byte[] serialized() {
    byte[] copy = Arrays.copyOf(buffer, size);
    Arrays.fill(copy, 0, 8, (byte) 0);
    for (int i = 0; i < 4; i++) {
      copy[8 + i] = (byte) (count >>> (8 * i));
    }
    return copy;
  }

  /** What {@link #serialized} wrote. */
  static EngineBatch parse(byte[] serialized) {
    var batch = new EngineBatch();
    batch.buffer = serialized.clone();
    batch.size = serialized.length;
    for (int i = 0; i < 4; i++) {
      batch.count |= (serialized[8 + i] & 0xff) << (8 * i);
    }
    return batch;
  }

  /** Shows every write, in order. */
  public void forEach(Visitor visitor) {
    var cursor = new Cursor(buffer);
    while (cursor.at < size) {
      byte tag = buffer[cursor.at++];
      boolean named = tag == TAG_FAMILY_PUT || tag == TAG_FAMILY_DELETE;
      Family family = named ? Family.byNumber().get(buffer[cursor.at++]) : Family.META;
      byte[] key = cursor.bytes();
      if (tag == TAG_PUT || tag == TAG_FAMILY_PUT) {
        visitor.put(family, key, cursor.bytes());
      } else {
        visitor.delete(family, key);
      }
    }
  }

  private void writeTag(Family family, byte plain, byte named) {
    if (family == Family.META) {
      buffer[size++] = plain;
    } else {
      buffer[size++] = named;
      buffer[size++] = (byte) family.number();
    }
  }

  private void writeLength(int length) {
    int rest = length;
    while ((rest & ~0x7f) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  private void grow(int added) {
    long needed = (long) size + added;
    if (needed > buffer.length) {
      Invariant.check(needed <= Integer.MAX_VALUE - 16, "a batch of %d bytes", needed);
      long doubled = Math.max(needed, 2L * buffer.length);
      buffer = Arrays.copyOf(buffer, (int) Math.min(doubled, Integer.MAX_VALUE - 16));
    }
  }

  private static final class Cursor {
    private final byte[] source;
    private int at = HEADER_BYTES;

    Cursor(byte[] source) {
      this.source = source;
    }

    byte[] bytes() {
      int length = 0;
      for (int shift = 0; ; shift += 7) {
        byte part = source[at++];
        length |= (part & 0x7f) << shift;
        if (part >= 0) {
          break;
        }
      }
      at += length;
      return Arrays.copyOfRange(source, at - length, at);
    }
  }
}
