package dev.keelson.storage.wal;

import dev.keelson.storage.disk.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A moving view of a file in one buffer, which grows only for a record larger than it. */
final class SegmentWindow implements AutoCloseable {
  private static final int WINDOW_BYTES = 1 << 18;
  private static final int MIN_WINDOW_BYTES = 1 << 12;

  private final DiskFile file;
  private ByteBuffer buffer;
  private long start;

  /** A view through at most this many bytes, fewer if the file is smaller. */
  SegmentWindow(DiskFile file, int windowBytes) throws IOException {
    this.file = file;
    int useful = Math.clamp(file.size(), MIN_WINDOW_BYTES, windowBytes);
    this.buffer = ByteBuffer.allocateDirect(useful).limit(0);
  }

  SegmentWindow(DiskFile file) throws IOException {
    this(file, WINDOW_BYTES);
  }

  long size() throws IOException {
    return file.size();
  }

  /**
   * The file's bytes from this offset on, at least as many as asked for, from the buffer's position
   * to its limit. Valid until the next call.
   *
   * @throws EOFException if the file has fewer
   */
  ByteBuffer at(long offset, int bytes) throws IOException {
    if (offset < start || offset + bytes > start + buffer.limit()) {
      load(offset, bytes);
    }
    return buffer.position((int) (offset - start));
  }

  /** Reads anew what it may have seen before it was written. */
  void forget() {
    buffer.limit(0);
  }

  private void load(long offset, int bytes) throws IOException {
    if (bytes > buffer.capacity()) {
      buffer = ByteBuffer.allocateDirect(bytes);
    }
    buffer.clear();
    start = offset;
    int read = file.read(buffer, offset);
    buffer.flip();
    if (read < bytes) {
      throw new EOFException("the file ends within " + bytes + " bytes of offset " + offset);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
