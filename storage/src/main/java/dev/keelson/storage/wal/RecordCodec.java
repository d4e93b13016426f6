package dev.keelson.storage.wal;

import dev.keelson.raft.Bytes;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Record headers to bytes and back, for one segment. Pure; used by one thread at a time. */
final class RecordCodec {
  private static final int SALT_BYTES = 4 * Long.BYTES;
  private static final int OFFSET_AT = RecordHeader.BYTES + 3 * Long.BYTES;

  private final CRC32C crc = new CRC32C();

  /** A header and, behind it, what its checksum covers besides. */
  private final ByteBuffer salted = ByteBuffer.allocate(RecordHeader.BYTES + SALT_BYTES);

  RecordCodec(WalIdentity identity, long sequence) {
    salted.putLong(RecordHeader.BYTES, identity.clusterId());
    salted.putLong(RecordHeader.BYTES + 8, identity.memberId());
    salted.putLong(RecordHeader.BYTES + 16, sequence);
  }

  /** Starts a header; its fields are those of {@link RecordHeader}. */
  RecordCodec begin(RecordType type, int entryType, long index, long term) {
    salted
        .put(16, (byte) type.number())
        .put(17, (byte) entryType)
        .putShort(18, (short) 0)
        .putLong(24, index)
        .putLong(32, term);
    return payload(Bytes.EMPTY);
  }

  /** Sets the payload that will follow the header; empty after {@link #begin}. */
  RecordCodec payload(Bytes payload) {
    crc.reset();
    crc.update(payload.backingArray(), payload.backingOffset(), payload.length());
    salted.putInt(4, payload.length()).putInt(8, (int) crc.getValue());
    return this;
  }

  /** Ends the header; returns its checksum. Its bytes are then {@link #headerBytes()}. */
  int end(long offset, int previous, long durableEnd) {
    salted.putInt(12, previous).putInt(20, (int) durableEnd);
    int checksum = headerChecksum(offset);
    salted.putInt(0, checksum);
    return checksum;
  }

  /** The header that was ended last: the first bytes of this array. */
  byte[] headerBytes() {
    return salted.array();
  }

  /**
   * The header at the buffer's position, if its checksum matches this place. The payload is not
   * looked at.
   */
  Optional<RecordHeader> decode(ByteBuffer source, long offset) {
    int at = source.position();
    int type = source.get(at + 16);
    int length = source.getInt(at + 4);
    // Cheap tests first: a search through damaged bytes ends here nearly always.
    if (!RecordType.isKnown(type)
        || source.getShort(at + 18) != 0
        || length < 0
        || length > RecordHeader.MAX_PAYLOAD_BYTES) {
      return Optional.empty();
    }
    source.get(at, salted.array(), 0, RecordHeader.BYTES);
    int stored = salted.getInt(0);
    if (stored != headerChecksum(offset)) {
      return Optional.empty();
    }
    return Optional.of(
        new RecordHeader(
            RecordType.of(type),
            salted.get(17),
            length,
            salted.getInt(8),
            salted.getInt(12),
            Integer.toUnsignedLong(salted.getInt(20)),
            salted.getLong(24),
            salted.getLong(32),
            stored));
  }

  /** Whether the bytes from the buffer's position are this record's payload and zeros. */
  boolean matchesPayload(RecordHeader header, ByteBuffer source) {
    int at = source.position();
    crc.reset();
    crc.update(source.slice(at, header.payloadLength()));
    if ((int) crc.getValue() != header.payloadChecksum()) {
      return false;
    }
    for (int i = 0; i < RecordHeader.padding(header.payloadLength()); i++) {
      if (source.get(at + header.payloadLength() + i) != 0) {
        return false;
      }
    }
    return true;
  }

  private int headerChecksum(long offset) {
    salted.putLong(OFFSET_AT, offset);
    crc.reset();
    crc.update(salted.array(), 4, salted.capacity() - 4);
    return (int) crc.getValue();
  }
}
