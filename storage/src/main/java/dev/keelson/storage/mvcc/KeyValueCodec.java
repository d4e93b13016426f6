package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;

/**
 * A KeyValue as the wire has it (mvccpb.KeyValue), byte for byte: fields in the order of their
 * numbers, zeros left out. HashKV hashes these bytes (C13), so that they are stored as they are.
 */
final class KeyValueCodec {
  private static final int KEY = 1 << 3 | 2;
  private static final int CREATE_REVISION = 2 << 3;
  private static final int MOD_REVISION = 3 << 3;
  private static final int VERSION = 4 << 3;
  private static final int VALUE = 5 << 3 | 2;
  private static final int LEASE = 6 << 3;

  private KeyValueCodec() {}

  static int size(KeyValue kv) {
    return bytesSize(kv.key())
        + numberSize(kv.createRevision())
        + numberSize(kv.modRevision())
        + numberSize(kv.version())
        + bytesSize(kv.value())
        + numberSize(kv.lease());
  }

  /** Returns where the next byte goes. */
  static int write(byte[] target, int at, KeyValue kv) {
    int next = writeBytes(target, at, KEY, kv.key());
    next = writeNumber(target, next, CREATE_REVISION, kv.createRevision());
    next = writeNumber(target, next, MOD_REVISION, kv.modRevision());
    next = writeNumber(target, next, VERSION, kv.version());
    next = writeBytes(target, next, VALUE, kv.value());
    return writeNumber(target, next, LEASE, kv.lease());
  }

  static byte[] encode(KeyValue kv) {
    byte[] encoded = new byte[size(kv)];
    write(encoded, 0, kv);
    return encoded;
  }

  /** What {@link #write} wrote; key and value are views of the source. */
  static KeyValue decode(byte[] source, int from, int to) {
    var cursor = new ByteCursor(source, from, to);
    Bytes key = Bytes.EMPTY;
    Bytes value = Bytes.EMPTY;
    long createRevision = 0;
    long modRevision = 0;
    long version = 0;
    long lease = 0;
    while (cursor.hasNext()) {
      int tag = cursor.next();
      switch (tag) {
        case KEY -> key = cursor.bytes(cursor.varint());
        case CREATE_REVISION -> createRevision = cursor.varint();
        case MOD_REVISION -> modRevision = cursor.varint();
        case VERSION -> version = cursor.varint();
        case VALUE -> value = cursor.bytes(cursor.varint());
        case LEASE -> lease = cursor.varint();
        default -> Invariant.check(false, "a stored KeyValue has a field with tag %d", tag);
      }
    }
    return new KeyValue(key, createRevision, modRevision, version, value, lease);
  }

  private static int bytesSize(Bytes bytes) {
    return bytes.isEmpty() ? 0 : 1 + Varint.size(bytes.length()) + bytes.length();
  }

  private static int numberSize(long value) {
    return value == 0 ? 0 : 1 + Varint.size(value);
  }

  private static int writeBytes(byte[] target, int at, int tag, Bytes bytes) {
    if (bytes.isEmpty()) {
      return at;
    }
    target[at] = (byte) tag;
    int next = Varint.write(target, at + 1, bytes.length());
    System.arraycopy(bytes.backingArray(), bytes.backingOffset(), target, next, bytes.length());
    return next + bytes.length();
  }

  private static int writeNumber(byte[] target, int at, int tag, long value) {
    if (value == 0) {
      return at;
    }
    target[at] = (byte) tag;
    return Varint.write(target, at + 1, value);
  }
}
