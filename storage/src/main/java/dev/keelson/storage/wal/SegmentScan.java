package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads one segment from its header on, for as long as record follows record. */
final class SegmentScan {
  private final Path path;
  private final SegmentHeader header;
  private final RecordReader reader;
  private final LogReplay replay;

  private int chain;
  private long completeEnd = SegmentHeader.BYTES;
  private long dataEnd = SegmentHeader.BYTES;
  private int dataChain;
  private long provenEnd = SegmentHeader.BYTES;
  private long sealedFor;

  SegmentScan(Path path, SegmentHeader header, SegmentWindow window, LogReplay replay)
      throws IOException {
    this.path = path;
    this.header = header;
    this.replay = replay;
    this.reader =
        new RecordReader(
            window, new RecordCodec(header.identity(), header.sequence()), SegmentHeader.BYTES);
    this.chain = header.chain();
    this.dataChain = chain;
  }

  /** Replays every record up to the seal, or to the first that is not valid. */
  void run() throws IOException {
    while (sealedFor == 0) {
      RecordHeader record = reader.peek().orElse(null);
      if (record == null || record.previous() != chain) {
        return;
      }
      take(record);
    }
  }

  private void take(RecordHeader record) throws IOException {
    long offset = reader.offset();
    long next = offset + record.recordBytes();
    if (record.durableEnd() > offset) {
      throw corrupt("a record there calls durable what comes after it");
    }
    Optional<String> problem =
        switch (record.type()) {
          case ENTRY -> takeEntry(record);
          case HARD_STATE -> {
            dataEnd = next;
            yield record.payloadLength() == Long.BYTES
                ? replay.hardState(reader.hardState(record), header.sequence())
                : Optional.of("a hard state of " + record.payloadLength() + " bytes");
          }
          case DURABLE_MARK -> insideAppend("a durable mark");
          case SEAL -> {
            sealedFor = record.index();
            yield insideAppend("a seal");
          }
        };
    if (problem.isPresent()) {
      throw corrupt(problem.get());
    }
    provenEnd = Math.max(provenEnd, record.durableEnd());
    if (sealedFor == 0) {
      chain = record.checksum();
      reader.skip(record);
      if (!replay.isInsideAppend()) {
        completeEnd = next;
      }
      if (dataEnd == next) {
        dataChain = chain;
      }
    }
  }

  private Optional<String> takeEntry(RecordHeader record) throws IOException {
    Entry entry;
    try {
      entry = reader.entry(record);
    } catch (IllegalArgumentException e) {
      return Optional.of("an intact entry of a kind unknown to this version, " + e.getMessage());
    }
    return replay.entry(entry, reader.offset());
  }

  private Optional<String> insideAppend(String what) {
    return replay.isInsideAppend() ? Optional.of(what + " within an append") : Optional.empty();
  }

  /** Where the seal is, or the first byte that is no record. */
  long end() {
    return reader.offset();
  }

  /** Checksum of the last record before {@link #end}. */
  int chain() {
    return chain;
  }

  /** Sequence of the next segment; 0 if this one has no seal. */
  long sealedFor() {
    return sealedFor;
  }

  /** Where the last complete append ends, or the mark after it. */
  long completeEnd() {
    return completeEnd;
  }

  /** Where the last complete append ends. */
  long dataEnd() {
    return dataEnd;
  }

  int dataChain() {
    return dataChain;
  }

  boolean isProven() {
    return dataEnd <= provenEnd;
  }

  boolean isZeroAfter(long offset) throws IOException {
    return reader.isZeroFrom(offset);
  }

  /**
   * Refuses the segment if a record behind the end says that more than the complete appends was
   * durable. Records that do not say so are the traces of a write that never ended: of an unsynced
   * write any part may survive.
   */
  void refuseIfMoreWasDurable() throws IOException {
    for (long at = end(); at + RecordHeader.BYTES <= reader.size(); at += RecordHeader.ALIGNMENT) {
      Optional<RecordHeader> record = reader.headerAt(at);
      if (record.isPresent() && record.get().durableEnd() > completeEnd) {
        throw corrupt(
            "the record at offset "
                + at
                + " proves that it was durable up to offset "
                + record.get().durableEnd());
      }
    }
  }

  WalException corrupt(String found) {
    return new WalException.Corrupt(
        path, end(), found + "; the log is intact up to entry " + replay.last().index());
  }
}
