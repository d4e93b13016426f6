package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/**
 * All of a version but its key and value: what LATEST holds for each visible key, and HISTORY for
 * each put.
 *
 * @param main the version's mod revision; with {@code sub} it names the change that holds the value
 * @param wireBytes size of the encoded KeyValue
 * @param checksum CRC-32C of the encoded KeyValue
 */
record Head(
    long main,
    int sub,
    long createRevision,
    long version,
    long lease,
    int wireBytes,
    int checksum) {

  /** Stands where there is no version yet. */
  static final Head NONE = new Head(0, 0, 0, 0, 0, 0, 0);

  int encodedLength() {
    return Varint.size(main)
        + Varint.size(sub)
        + Varint.size(createRevision)
        + Varint.size(version)
        + Varint.size(lease)
        + Varint.size(wireBytes)
        + Integer.BYTES;
  }

  void write(byte[] target, int at) {
    int next = Varint.write(target, at, main);
    next = Varint.write(target, next, sub);
    next = Varint.write(target, next, createRevision);
    next = Varint.write(target, next, version);
    next = Varint.write(target, next, lease);
    next = Varint.write(target, next, wireBytes);
    for (int i = 0; i < Integer.BYTES; i++) {
      target[next + i] = (byte) (checksum >>> (24 - 8 * i));
    }
  }

  byte[] encode() {
    byte[] encoded = new byte[encodedLength()];
    write(encoded, 0);
    return encoded;
  }

  static Head decode(byte[] encoded) {
    var cursor = new ByteCursor(encoded, 0, encoded.length);
    return new Head(
        cursor.varint(),
        (int) cursor.varint(),
        cursor.varint(),
        cursor.varint(),
        cursor.varint(),
        (int) cursor.varint(),
        cursor.fixed32());
  }

  KeyValue with(Bytes key, Bytes value) {
    return new KeyValue(key, createRevision, main, version, value, lease);
  }
}
