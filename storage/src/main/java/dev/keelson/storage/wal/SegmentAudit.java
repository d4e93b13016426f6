package dev.keelson.storage.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Reads one segment again that may still be written. A record that is not valid is damage if
 * something proves that it was durable: the seal that must stand behind it, or a later record's
 * word. Else it is where the writer is at work.
 */
final class SegmentAudit implements AutoCloseable {
  private static final long STEP_BYTES = 1 << 18;

  private final Path path;
  private final SegmentName name;
  private final SegmentWindow window;
  private final BooleanSupplier hasSuccessor;
  private final RecordCodec codec;
  private RecordReader reader;
  private int chain;
  private long lastIndex;
  private boolean over;

  /**
   * Reads the header.
   *
   * @param hasSuccessor whether the writer has left this segment
   */
  SegmentAudit(
      Path path,
      SegmentName name,
      WalIdentity identity,
      SegmentWindow window,
      BooleanSupplier hasSuccessor)
      throws IOException {
    this.path = path;
    this.name = name;
    this.window = window;
    this.hasSuccessor = hasSuccessor;
    this.lastIndex = name.firstIndex() - 1;
    this.chain = readHeader(identity).chain();
    this.codec = new RecordCodec(identity, name.sequence());
    this.reader = new RecordReader(window, codec, SegmentHeader.BYTES);
  }

  private SegmentHeader readHeader(WalIdentity identity) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
    if (window.size() >= SegmentHeader.BYTES) {
      var source = window.at(0, SegmentHeader.BYTES);
      bytes.put(0, source, source.position(), SegmentHeader.BYTES);
    } else {
      bytes.limit(0);
    }
    return switch (SegmentHeader.decode(bytes)) {
      case SegmentHeader.Reading.Valid(var header)
          when header.identity().equals(identity) && header.name().equals(name) ->
          header;
      case SegmentHeader.Reading.Valid(var header) ->
          throw new WalException.Corrupt(
              path, 0, "the header is that of " + header.name().fileName());
      case SegmentHeader.Reading.OtherVersion(int version) ->
          throw new WalException.Corrupt(path, 0, "the header tells version " + version);
      case SegmentHeader.Reading.Invalid(String reason) ->
          throw new WalException.Corrupt(path, 0, reason);
    };
  }

  /** Reads on; 0 when there is no more. */
  long step() throws IOException {
    long begin = reader.offset();
    while (!over && reader.offset() - begin < STEP_BYTES) {
      // Asked before the record is read: whoever has left the segment has written all of it.
      boolean complete = hasSuccessor.getAsBoolean();
      var record = nextRecord();
      if (record.isPresent()) {
        take(record.get());
      } else {
        over = isEnd(complete);
      }
    }
    return reader.offset() - begin;
  }

  private Optional<RecordHeader> nextRecord() throws IOException {
    return reader.peek().filter(record -> record.previous() == chain);
  }

  private void take(RecordHeader record) {
    chain = record.checksum();
    if (record.type() == RecordType.ENTRY) {
      lastIndex = record.index();
    }
    over = record.type() == RecordType.SEAL;
    reader.skip(record);
  }

  /** What looks like the end may have been read before it was written: it is read anew. */
  private boolean isEnd(boolean complete) throws IOException {
    long end = reader.offset();
    boolean moreIsProven = complete || laterWordOf(end);
    window.forget();
    reader = new RecordReader(window, codec, end); // the file may have grown meanwhile
    if (nextRecord().isPresent()) {
      return false;
    }
    if (moreIsProven) {
      throw new WalException.Corrupt(
          path,
          end,
          "what was durable there cannot be read; the log is intact up to entry " + lastIndex);
    }
    return true;
  }

  /** Whether a record behind this place says that it was durable. */
  private boolean laterWordOf(long end) throws IOException {
    if (reader.isZeroFrom(end)) {
      return false;
    }
    for (long at = end; at + RecordHeader.BYTES <= reader.size(); at += RecordHeader.ALIGNMENT) {
      var record = reader.headerAt(at);
      if (record.isPresent() && record.get().durableEnd() > end) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    window.close();
  }
}
