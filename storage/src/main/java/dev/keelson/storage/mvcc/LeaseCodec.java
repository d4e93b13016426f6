package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/**
 * The LEASES family: a record for each lease, and an entry without a value for each key that is
 * attached to one, the keys of a lease together and in their order.
 */
final class LeaseCodec {
  private static final byte RECORD = 'l';
  private static final byte ATTACHMENT = 'k';
  private static final int PREFIX_BYTES = 1 + Long.BYTES;

  static final byte[] RECORDS_FROM = {RECORD};
  static final byte[] RECORDS_TO = {RECORD + 1};

  private LeaseCodec() {}

  static byte[] recordKey(long id) {
    return prefix(RECORD, id, 0);
  }

  static byte[] attachmentKey(long lease, Bytes key) {
    byte[] encoded = prefix(ATTACHMENT, lease, key.length());
    System.arraycopy(key.backingArray(), key.backingOffset(), encoded, PREFIX_BYTES, key.length());
    return encoded;
  }

  /** Below every key that the lease can have: none is empty. */
  static byte[] attachmentsFrom(long lease) {
    return prefix(ATTACHMENT, lease, 0);
  }

  /** Above every key that the lease can have. */
  static byte[] attachmentsTo(long lease) {
    byte[] bound = prefix(ATTACHMENT, lease, 0);
    for (int i = bound.length - 1; ++bound[i] == 0; i--) {}
    return bound;
  }

  static Bytes attachedKey(byte[] entry) {
    return Bytes.wrap(entry, PREFIX_BYTES, entry.length - PREFIX_BYTES);
  }

  static byte[] encode(StoredLease lease) {
    byte[] encoded =
        new byte
            [Varint.size(lease.ttlSeconds())
                + Varint.size(lease.remainingSeconds())
                + Varint.size(lease.epoch())];
    int next = Varint.write(encoded, 0, lease.ttlSeconds());
    next = Varint.write(encoded, next, lease.remainingSeconds());
    Varint.write(encoded, next, lease.epoch());
    return encoded;
  }

  static StoredLease decode(byte[] recordKey, byte[] encoded) {
    long id = new ByteCursor(recordKey, 1, PREFIX_BYTES).fixed64();
    var cursor = new ByteCursor(encoded, 0, encoded.length);
    return new StoredLease(id, cursor.varint(), cursor.varint(), cursor.varint());
  }

  private static byte[] prefix(byte kind, long id, int room) {
    byte[] encoded = new byte[PREFIX_BYTES + room];
    encoded[0] = kind;
    for (int i = 0; i < Long.BYTES; i++) {
      encoded[1 + i] = (byte) (id >>> (56 - 8 * i));
    }
    return encoded;
  }
}
