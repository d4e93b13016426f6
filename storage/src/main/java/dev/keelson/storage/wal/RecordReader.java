package dev.keelson.storage.wal;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads the records of one segment, one after another. */
final class RecordReader {
  private final SegmentWindow window;
  private final RecordCodec codec;
  private final long size;
  private long offset;

  RecordReader(SegmentWindow window, RecordCodec codec, long offset) throws IOException {
    this.window = window;
    this.codec = codec;
    this.size = window.size();
    this.offset = offset;
  }

  long offset() {
    return offset;
  }

  long size() {
    return size;
  }

  /** The record here, if it is one of this place and intact. */
  Optional<RecordHeader> peek() throws IOException {
    Optional<RecordHeader> header = headerAt(offset);
    if (header.isEmpty() || offset + header.get().recordBytes() > size) {
      return Optional.empty();
    }
    return codec.matchesPayload(header.get(), payloadOf(header.get())) ? header : Optional.empty();
  }

  /** A record's header at any offset, whatever became of its payload. */
  Optional<RecordHeader> headerAt(long at) throws IOException {
    if (at + RecordHeader.BYTES > size) {
      return Optional.empty();
    }
    return codec.decode(window.at(at, RecordHeader.BYTES), at);
  }

  /** Goes on to the record after the one here. */
  void skip(RecordHeader header) {
    offset += header.recordBytes();
  }

  /** The entry here. */
  Entry entry(RecordHeader header) throws IOException {
    var payload = new byte[header.payloadLength()];
    ByteBuffer source = payloadOf(header);
    source.get(source.position(), payload);
    return new Entry(
        header.term(), header.index(), EntryType.of(header.entryType()), Bytes.wrap(payload));
  }

  /** The hard state here. */
  HardState hardState(RecordHeader header) throws IOException {
    ByteBuffer source = payloadOf(header);
    return new HardState(header.term(), source.getLong(source.position()), header.index());
  }

  /** Whether all bytes from here to the end are zero. */
  boolean isZeroFrom(long from) throws IOException {
    long at = from;
    while (at < size) {
      int count = (int) Math.min(size - at, 1 << 16);
      ByteBuffer bytes = window.at(at, count);
      int end = bytes.position() + count;
      for (int i = bytes.position(); i < end; i++) {
        if (bytes.get(i) != 0) {
          return false;
        }
      }
      at += count;
    }
    return true;
  }

  private ByteBuffer payloadOf(RecordHeader header) throws IOException {
    int padded = (int) (header.recordBytes() - RecordHeader.BYTES);
    return window.at(offset + RecordHeader.BYTES, padded);
  }
}
