package dev.keelson.storage.wal;

import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Bytes on their way to a segment's file: gathered in one buffer, so that a batch is one write, and
 * preceded by zeros, so that a sync needs no change to the file's size. Owned by the writer.
 */
final class SegmentOutput implements AutoCloseable {
  private final DiskFile file;
  private final ByteBuffer buffer;
  private final ByteBuffer zeros;
  private final WalConfig config;
  private long flushedEnd;
  private long allocatedEnd;

  /** Goes on at this offset of a file that is zero from there on. */
  SegmentOutput(DiskFile file, long end, WriteBuffers buffers, WalConfig config)
      throws IOException {
    this.file = file;
    this.buffer = buffers.batch().clear();
    this.zeros = buffers.zeros();
    this.config = config;
    this.flushedEnd = end;
    this.allocatedEnd = file.size();
  }

  long end() {
    return flushedEnd + buffer.position();
  }

  void put(byte[] array, int offset, int length) throws IOException {
    int from = offset;
    int rest = length;
    while (rest > 0) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int count = Math.min(rest, buffer.remaining());
      buffer.put(array, from, count);
      from += count;
      rest -= count;
    }
  }

  void putZeros(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      buffer.put((byte) 0);
    }
  }

  void flush() throws IOException {
    if (buffer.position() == 0) {
      return;
    }
    buffer.flip();
    long end = flushedEnd + buffer.limit();
    file.write(buffer, flushedEnd);
    buffer.clear();
    flushedEnd = end;
    if (end > allocatedEnd) {
      allocatedEnd = end;
      allocate();
    }
  }

  /** Writes zeros up to the next step, but not past what the segment may hold. */
  void allocate() throws IOException {
    long step = config.allocationBytes();
    long target = Math.min((allocatedEnd / step + 1) * step, config.segmentBytes());
    while (allocatedEnd < target) {
      int count = (int) Math.min(zeros.capacity(), target - allocatedEnd);
      file.write(zeros.limit(count).position(0), allocatedEnd);
      allocatedEnd += count;
    }
  }

  void sync() throws IOException {
    flush();
    file.syncData();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** The buffers that the outputs of one writer use one after another. */
  record WriteBuffers(ByteBuffer batch, ByteBuffer zeros) {
    private static final int MAX_BATCH_BYTES = 1 << 20;
    private static final int MAX_ZERO_BYTES = 1 << 17;

    /** No larger than can be of use. */
    static WriteBuffers allocate(WalConfig config) {
      return new WriteBuffers(
          ByteBuffer.allocateDirect(Math.min(MAX_BATCH_BYTES, config.segmentBytes())),
          ByteBuffer.allocateDirect(Math.min(MAX_ZERO_BYTES, config.allocationBytes())));
    }
  }
}
