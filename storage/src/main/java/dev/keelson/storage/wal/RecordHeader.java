package dev.keelson.storage.wal;

/**
 * What stands before a record's payload.
 *
 * <pre>
 *  0  header checksum: CRC32C of bytes 4 to 40, cluster id, member id, segment sequence, offset
 *  4  payload length
 *  8  payload checksum: CRC32C of the payload
 * 12  header checksum of the record before: the chain
 * 16  record type, 17 entry type, 18 zero
 * 20  durable end, unsigned
 * 24  index of the entry, commit of the hard state, or sequence of the next segment
 * 32  term
 * 40  payload, then zeros to a multiple of 8
 * </pre>
 *
 * The chain is a field under the checksum rather than its seed: so a record can be judged by
 * itself, which tells a torn tail from damage, and still cannot follow any other but its
 * predecessor. Salted with its place, no record counts anywhere else, not in a payload, a copy or a
 * reused file.
 *
 * @param durableEnd everything in the segment before this offset was durable when this was written
 * @param checksum the header's own
 */
record RecordHeader(
    RecordType type,
    int entryType,
    int payloadLength,
    int payloadChecksum,
    int previous,
    long durableEnd,
    long index,
    long term,
    int checksum) {
  static final int BYTES = 40;
  static final int ALIGNMENT = 8;

  /** More than any append the core makes; a length past it is damage. */
  static final int MAX_PAYLOAD_BYTES = 1 << 28;

  /** Bytes from the start of this record to that of the next. */
  long recordBytes() {
    return recordBytes(payloadLength);
  }

  static long recordBytes(int payloadLength) {
    return BYTES + (long) payloadLength + padding(payloadLength);
  }

  static int padding(int payloadLength) {
    return -payloadLength & (ALIGNMENT - 1);
  }
}
