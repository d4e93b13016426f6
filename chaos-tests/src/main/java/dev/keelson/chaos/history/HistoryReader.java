package dev.keelson.chaos.history;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reads a history file item by item. A last record that is not whole is what a writer leaves that
 * was killed: it ends the history. Damage before the end is an error. Used by one thread.
 */
public final class HistoryReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int HEADER_BYTES = 8;

  private final DataInputStream in;
  private long left;
  private boolean torn;

  private HistoryReader(DataInputStream in, long left) {
    this.in = in;
    this.left = left;
  }

  public static HistoryReader open(Path file) throws IOException {
    var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
    try {
      if (in.readLong() != HistoryWriter.MAGIC) {
        throw new IOException(file + " is no history");
      }
    } catch (EOFException e) {
      in.close();
      throw new IOException(file + " is no history", e);
    }
    return new HistoryReader(in, Files.size(file) - Long.BYTES);
  }

  /** All of a file. */
  public static History read(Path file) throws IOException {
    try (var reader = open(file)) {
      var items = new ArrayList<Item>();
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        items.add(next.get());
      }
      return History.of(items);
    }
  }

  /** The next item; empty at the end. */
  public Optional<Item> next() throws IOException {
    if (left < HEADER_BYTES) {
      torn |= left > 0;
      return Optional.empty();
    }
    int length = in.readInt();
    int checksum = in.readInt();
    left -= HEADER_BYTES;
    if (length < 0 || length > left) {
      // A length that is nonsense cannot be told from a torn record, and both are the end.
      torn = true;
      left = 0;
      return Optional.empty();
    }
    byte[] content = in.readNBytes(length);
    left -= length;
    var computed = new CRC32C();
    computed.update(content);
    if ((int) computed.getValue() != checksum) {
      if (left > 0) {
        throw new IOException("a record before the last is damaged");
      }
      torn = true;
      return Optional.empty();
    }
    var decoder = new Decoder(content);
    Item item = ItemCodec.read(decoder);
    if (!decoder.atEnd()) {
      throw new IOException("a record is longer than its content");
    }
    return Optional.of(item);
  }

  /** Whether the end was a record that is not whole. */
  public boolean endedTorn() {
    return torn;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
