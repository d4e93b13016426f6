package dev.keelson.chaos.history;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * Appends to a new history file: eight bytes that say what it is, then records of length, checksum
 * and content. Holds one buffer in memory. Thread-safe.
 */
public final class HistoryWriter implements HistorySink, AutoCloseable {
  static final long MAGIC = 0x4b4c_5348_4953_5431L; // "KLSHIST1"
  private static final int BUFFER_BYTES = 1 << 18;

  // Guards the encoder and the stream; held for the copy of one record.
  private final ReentrantLock lock = new ReentrantLock();
  private final Encoder encoder = new Encoder();
  private final CRC32C checksum = new CRC32C();
  private final DataOutputStream out;

  private HistoryWriter(DataOutputStream out) {
    this.out = out;
  }

  public static HistoryWriter create(Path file) throws IOException {
    var out =
        new DataOutputStream(
            new BufferedOutputStream(
                Files.newOutputStream(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                BUFFER_BYTES));
    out.writeLong(MAGIC);
    return new HistoryWriter(out);
  }

  @Override
  public void add(Item item) {
    lock.lock();
    try {
      encoder.reset();
      ItemCodec.write(encoder, item);
      checksum.reset();
      checksum.update(encoder.array(), 0, encoder.length());
      out.writeInt(encoder.length());
      out.writeInt((int) checksum.getValue());
      out.write(encoder.array(), 0, encoder.length());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  /** Hands what was added so far to the operating system. */
  public void flush() throws IOException {
    lock.lock();
    try {
      out.flush();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      out.close();
    } finally {
      lock.unlock();
    }
  }
}
