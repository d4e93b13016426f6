package dev.keelson.storage.wal;

import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The first bytes of a segment: whose it is, and the state of the log where it begins, so that the
 * segments before it can go.
 *
 * @param last the log's last entry when the segment began
 * @param hardState the hard state when the segment began
 * @param start whether nothing before this segment counts any more: a new log, or a snapshot
 * @param previousEnd where the records of the segment before end
 * @param previousChain the checksum of the last record there
 */
record SegmentHeader(
    WalIdentity identity,
    long sequence,
    LogPosition last,
    HardState hardState,
    boolean start,
    long previousEnd,
    int previousChain) {
  static final int BYTES = 128;
  static final int VERSION = 1;

  /** "KEELWAL" and a line feed, which a transfer in text mode would damage. */
  private static final long MAGIC = 0x4b45_454c_5741_4c0aL;

  private static final int CHECKSUM_AT = 12;
  private static final int CHECKED_FROM = 16;
  private static final int FLAG_START = 1;

  /** What the first bytes of a file turned out to be. */
  sealed interface Reading {
    record Valid(SegmentHeader header) implements Reading {}

    record OtherVersion(int version) implements Reading {}

    record Invalid(String reason) implements Reading {}
  }

  SegmentName name() {
    return new SegmentName(sequence, last.index() + 1);
  }

  /** The checksum, on which the first record builds. */
  int chain() {
    return ByteBuffer.wrap(encode()).getInt(CHECKSUM_AT);
  }

  /** The header's bytes, ready to be written. */
  byte[] encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0);
    bytes.putLong(identity.clusterId()).putLong(identity.memberId()).putLong(sequence);
    bytes.putLong(last.term()).putLong(last.index());
    bytes.putLong(hardState.term()).putLong(hardState.votedFor()).putLong(hardState.commit());
    bytes.putLong(previousEnd).putInt(previousChain).putInt(start ? FLAG_START : 0);
    bytes.putInt(CHECKSUM_AT, checksum(bytes));
    return bytes.array();
  }

  /** Reads a header from the buffer's first bytes. */
  static Reading decode(ByteBuffer bytes) {
    if (bytes.limit() < BYTES) {
      return new Reading.Invalid("the file is too short for a header");
    }
    if (bytes.getLong(0) != MAGIC) {
      return new Reading.Invalid("this is no segment of a log");
    }
    int version = bytes.getInt(8);
    if (version != VERSION) {
      return new Reading.OtherVersion(version);
    }
    if (bytes.getInt(CHECKSUM_AT) != checksum(bytes)) {
      return new Reading.Invalid("the header's checksum does not match");
    }
    return new Reading.Valid(
        new SegmentHeader(
            new WalIdentity(bytes.getLong(16), bytes.getLong(24)),
            bytes.getLong(32),
            new LogPosition(bytes.getLong(40), bytes.getLong(48)),
            new HardState(bytes.getLong(56), bytes.getLong(64), bytes.getLong(72)),
            (bytes.getInt(92) & FLAG_START) != 0,
            bytes.getLong(80),
            bytes.getInt(88)));
  }

  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.slice(0, CHECKSUM_AT));
    crc.update(bytes.slice(CHECKED_FROM, BYTES - CHECKED_FROM));
    return (int) crc.getValue();
  }
}
