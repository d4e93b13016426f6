package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/** What CHANGES holds: one byte that says put or delete, then the KeyValue as on the wire. */
final class ChangeCodec {
  static final int TYPE_BYTES = 1;

  private static final byte PUT = 0;
  private static final byte DELETE = 1;

  private ChangeCodec() {}

  static int length(KeyValue kv) {
    return TYPE_BYTES + KeyValueCodec.size(kv);
  }

  static void writePut(byte[] target, int at, KeyValue kv) {
    target[at] = PUT;
    KeyValueCodec.write(target, at + TYPE_BYTES, kv);
  }

  static void writeDelete(byte[] target, int at, KeyValue tombstone) {
    target[at] = DELETE;
    KeyValueCodec.write(target, at + TYPE_BYTES, tombstone);
  }

  /** A deleted key, as it is stored and hashed: nothing but the key (C13). */
  static KeyValue tombstone(Bytes key) {
    return new KeyValue(key, 0, 0, 0, Bytes.EMPTY, 0);
  }

  static boolean isDelete(byte[] stored) {
    return stored[0] == DELETE;
  }

  static KeyValue keyValue(byte[] stored) {
    return KeyValueCodec.decode(stored, TYPE_BYTES, stored.length);
  }
}
