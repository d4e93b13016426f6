package dev.keelson.storage.wal;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a log as {@link WalRecovery} does, in the plainest way and without mending anything: what
 * it makes of a directory, or that it refuses it. It can be told to make a classic mistake.
 */
final class MistakenReader {
  private final Disk disk;
  private final Path directory;
  private final WalIdentity identity;
  private final Mistake mistake;
  private List<SegmentHeader> segments = List.of();
  private LogState state = LogState.EMPTY;
  private final List<Entry> pending = new ArrayList<>();

  /** By the numbers of reliability.md 2.7. */
  enum Mistake {
    NONE,
    /** 34: records that an earlier segment left in the file count. */
    TAKES_RECORDS_OF_OTHER_SEGMENTS,
    /** 35: no checksum says anything about a record's length. */
    DOES_NOT_CHECK_LENGTHS,
    /** 36: what is not a record is the torn end of the log, whatever comes after it. */
    CUTS_WHEREVER_IT_STUMBLES
  }

  /** A record, and where the next one is. */
  private record Found(RecordHeader header, Bytes payload, long end) {}

  private MistakenReader(Disk disk, Path directory, WalIdentity identity, Mistake mistake) {
    this.disk = disk;
    this.directory = directory;
    this.identity = identity;
    this.mistake = mistake;
  }

  /**
   * What the log holds.
   *
   * @throws WalException if it refuses the log
   */
  static LogState read(Disk disk, Path directory, WalIdentity identity, Mistake mistake)
      throws IOException {
    return new MistakenReader(disk, directory, identity, mistake).read();
  }

  private LogState read() throws IOException {
    segments = SegmentList.read(disk, directory, identity).live();
    var first = segments.getFirst();
    state = new LogState(first.last(), List.of(), first.hardState());
    for (int i = 0; i < segments.size(); i++) {
      if (!readSegment(i)) {
        return state;
      }
    }
    throw refused(segments.getLast(), "sealed, and nothing follows");
  }

  /** Whether the log goes on in the next segment. */
  private boolean readSegment(int number) throws IOException {
    var header = segments.get(number);
    byte[] bytes = contents(header);
    int chain = header.chain();
    long at = SegmentHeader.BYTES;
    long complete = at;
    while (true) {
      var found = recordAt(bytes, header, at, chain);
      if (found.isEmpty()) {
        break;
      }
      var record = found.get().header();
      if (record.type() == RecordType.SEAL) {
        return continues(number, record, at, chain);
      }
      take(header, found.get());
      chain = record.checksum();
      at = found.get().end();
      complete = pending.isEmpty() ? at : complete;
    }
    pending.clear();
    if (mistake != Mistake.CUTS_WHEREVER_IT_STUMBLES) {
      judge(number, bytes, at, complete);
    }
    return false;
  }

  private void take(SegmentHeader segment, Found found) throws IOException {
    var record = found.header();
    switch (record.type()) {
      case ENTRY ->
          pending.add(
              new Entry(
                  record.term(),
                  record.index(),
                  EntryType.of(record.entryType()),
                  found.payload()));
      case HARD_STATE -> {
        var next =
            new HardState(
                record.term(),
                ByteBuffer.wrap(found.payload().toArray()).getLong(),
                record.index());
        if (!pending.isEmpty() && pending.getFirst().index() > state.lastIndex() + 1) {
          throw refused(segment, "a gap before entry " + pending.getFirst().index());
        }
        state = state.append(pending, next);
        pending.clear();
      }
      case DURABLE_MARK, SEAL -> {}
    }
  }

  private boolean continues(int number, RecordHeader seal, long end, int chain)
      throws WalException {
    if (number == segments.size() - 1) {
      throw refused(segments.get(number), "the segment after it is missing");
    }
    var next = segments.get(number + 1);
    if (seal.index() != next.sequence()
        || next.previousEnd() != end
        || next.previousChain() != chain) {
      throw refused(next, "does not follow");
    }
    return true;
  }

  /** A torn end is one that nothing after it proves to have been durable. */
  private void judge(int number, byte[] bytes, long end, long complete) throws IOException {
    if (number < segments.size() - 1) {
      throw refused(segments.get(number), "no record at " + end + ", but a segment follows");
    }
    for (long at = end; at + RecordHeader.BYTES <= bytes.length; at += RecordHeader.ALIGNMENT) {
      var later = headerAt(bytes, segments.get(number), at);
      if (later.isPresent() && later.get().durableEnd() > complete) {
        throw refused(segments.get(number), "the record at " + at + " proves that more was there");
      }
    }
  }

  private Optional<Found> recordAt(byte[] bytes, SegmentHeader segment, long at, int chain)
      throws IOException {
    var header = headerAt(bytes, segment, at);
    if (header.isEmpty()) {
      return Optional.empty();
    }
    boolean follows =
        header.get().previous() == chain || mistake == Mistake.TAKES_RECORDS_OF_OTHER_SEGMENTS;
    int length = ByteBuffer.wrap(bytes).getInt((int) at + 4);
    long end = at + RecordHeader.recordBytes(length);
    if (!follows || length < 0 || end > bytes.length || !isIntact(bytes, header.get(), at)) {
      return Optional.empty();
    }
    byte[] payload = new byte[length];
    System.arraycopy(bytes, (int) at + RecordHeader.BYTES, payload, 0, length);
    return Optional.of(new Found(header.get(), Bytes.wrap(payload), end));
  }

  /** By the length that the checksums were made of, which is the one that stands there. */
  private boolean isIntact(byte[] bytes, RecordHeader header, long at) {
    int from = (int) at + RecordHeader.BYTES;
    return from + header.recordBytes() - RecordHeader.BYTES <= bytes.length
        && new RecordCodec(identity, 0)
            .matchesPayload(header, ByteBuffer.wrap(bytes).position(from));
  }

  private Optional<RecordHeader> headerAt(byte[] bytes, SegmentHeader segment, long at) {
    if (at + RecordHeader.BYTES > bytes.length) {
      return Optional.empty();
    }
    return switch (mistake) {
      case NONE, CUTS_WHEREVER_IT_STUMBLES -> decode(bytes, segment.sequence(), at);
      case TAKES_RECORDS_OF_OTHER_SEGMENTS -> ofAnySegment(bytes, segment.sequence(), at);
      case DOES_NOT_CHECK_LENGTHS -> ofAnyLength(bytes, segment.sequence(), at);
    };
  }

  private Optional<RecordHeader> decode(byte[] bytes, long sequence, long at) {
    var there = ByteBuffer.wrap(bytes).position((int) at);
    return new RecordCodec(identity, sequence).decode(there, at);
  }

  /** As if the segment were no part of what a checksum covers. */
  private Optional<RecordHeader> ofAnySegment(byte[] bytes, long newest, long at) {
    for (long sequence = newest; sequence > 0; sequence--) {
      var header = decode(bytes, sequence, at);
      if (header.isPresent()) {
        return header;
      }
    }
    return Optional.empty();
  }

  /** As if the length were no part of it: one bit of it may be another than was written. */
  private Optional<RecordHeader> ofAnyLength(byte[] bytes, long sequence, long at) {
    var asWritten = decode(bytes, sequence, at);
    var copy = Arrays.copyOfRange(bytes, (int) at, (int) at + RecordHeader.BYTES);
    for (int bit = 0; asWritten.isEmpty() && bit < Integer.SIZE; bit++) {
      var length = ByteBuffer.wrap(copy);
      length.putInt(4, length.getInt(4) ^ (1 << bit));
      asWritten = new RecordCodec(identity, sequence).decode(length, at);
      length.putInt(4, length.getInt(4) ^ (1 << bit));
    }
    return asWritten;
  }

  private byte[] contents(SegmentHeader header) throws IOException {
    try (var file = disk.open(pathOf(header), Disk.Mode.READ)) {
      var bytes = ByteBuffer.allocate((int) file.size());
      file.read(bytes, 0);
      return bytes.array();
    }
  }

  private Path pathOf(SegmentHeader header) {
    return directory.resolve(header.name().fileName());
  }

  private WalException refused(SegmentHeader segment, String found) {
    return new WalException.Corrupt(pathOf(segment), 0, found);
  }
}
