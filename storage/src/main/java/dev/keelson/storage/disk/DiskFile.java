package dev.keelson.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file. After a failed write or sync it must not be used again: what reached the disk is
 * unknown (reliability.md, anchor 2). Reads are thread-safe, writes have one owner.
 */
public interface DiskFile extends AutoCloseable {

  long size() throws IOException;

  /** Reads until the buffer is full or the file ends; returns the bytes read, 0 at the end. */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all that remains in the buffer. */
  void write(ByteBuffer source, long position) throws IOException;

  void truncate(long size) throws IOException;

  /** Makes content, and the size needed to read it, durable: fdatasync. */
  void syncData() throws IOException;

  @Override
  void close() throws IOException;
}
