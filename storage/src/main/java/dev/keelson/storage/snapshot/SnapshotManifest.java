package dev.keelson.storage.snapshot;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The list that describes a snapshot: what it stands for, and each of its files with size and
 * checksum. Comes from another member, so that decoding trusts nothing.
 */
public record SnapshotManifest(SnapshotDescriptor descriptor, long revision, List<Entry> files) {
  private static final int MAGIC = 0x4b534e50; // KSNP
  private static final int FORMAT = 1;
  private static final int MAX_NAME_BYTES = 255;
  // Also keeps out "..", and with it everything outside the directory.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

  /**
   * A file of the snapshot.
   *
   * @param checksum CRC-32C of its content
   */
  public record Entry(String name, long size, int checksum) {}

  public SnapshotManifest {
    files = List.copyOf(files);
  }

  public long totalBytes() {
    return files.stream().mapToLong(Entry::size).sum();
  }

  /** Where the first byte of the snapshot is. */
  public ChunkPosition first() {
    return normalized(0, 0);
  }

  /** Where the byte after a chunk is. */
  public ChunkPosition after(Chunk chunk) {
    return normalized(chunk.fileIndex(), chunk.offset() + chunk.bytes().length());
  }

  public boolean isEnd(ChunkPosition position) {
    return position.fileIndex() >= files.size();
  }

  /** The position itself, or the start of the next file that has any bytes. */
  ChunkPosition normalized(int fileIndex, long offset) {
    int file = fileIndex;
    long at = offset;
    while (file < files.size() && at >= files.get(file).size()) {
      file++;
      at = 0;
    }
    return new ChunkPosition(file, at);
  }

  /** The bytes that travel, with a checksum over all of them. */
  public Bytes encode() {
    var configuration = descriptor.configuration();
    int ids =
        configuration.voters().size()
            + configuration.outgoing().size()
            + configuration.learners().size()
            + configuration.joining().size();
    int names = files.stream().mapToInt(file -> nameBytes(file).length).sum();
    int size = 7 * Integer.BYTES + 4 * Long.BYTES + ids * Long.BYTES;
    size += files.size() * (2 * Integer.BYTES + Long.BYTES) + names + Integer.BYTES;
    var buffer = ByteBuffer.allocate(size);
    buffer.putInt(MAGIC).putInt(FORMAT);
    buffer.putLong(descriptor.position().term()).putLong(descriptor.position().index());
    buffer.putLong(revision);
    buffer.putLong(configuration.version());
    putIds(buffer, configuration.voters());
    putIds(buffer, configuration.outgoing());
    putIds(buffer, configuration.learners());
    putIds(buffer, configuration.joining());
    buffer.putInt(files.size());
    for (var file : files) {
      byte[] name = nameBytes(file);
      buffer.putInt(name.length).put(name).putLong(file.size()).putInt(file.checksum());
    }
    buffer.putInt(checksum(buffer.array(), buffer.position()));
    return Bytes.wrap(buffer.array());
  }

  private static byte[] nameBytes(Entry file) {
    return file.name().getBytes(StandardCharsets.US_ASCII);
  }

  private static void putIds(ByteBuffer buffer, List<Long> ids) {
    buffer.putInt(ids.size());
    ids.forEach(buffer::putLong);
  }

  private static int checksum(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws SnapshotException if it is damaged, or names a file that no snapshot has
   */
  public static SnapshotManifest decode(Bytes encoded) throws IOException {
    byte[] bytes = encoded.toArray();
    int length = bytes.length - Integer.BYTES;
    if (length < 0 || ByteBuffer.wrap(bytes).getInt(length) != checksum(bytes, length)) {
      throw new SnapshotException("the snapshot's manifest is damaged");
    }
    var buffer = ByteBuffer.wrap(bytes, 0, length);
    try {
      if (buffer.getInt() != MAGIC || buffer.getInt() != FORMAT) {
        throw new SnapshotException("the snapshot's manifest has an unknown format");
      }
      var position = new LogPosition(buffer.getLong(), buffer.getLong());
      long revision = buffer.getLong();
      var configuration =
          new Configuration(
              buffer.getLong(), getIds(buffer), getIds(buffer), getIds(buffer), getIds(buffer));
      var files = getFiles(buffer);
      return new SnapshotManifest(new SnapshotDescriptor(position, configuration), revision, files);
    } catch (BufferUnderflowException e) {
      throw new SnapshotException("the snapshot's manifest ends too early");
    }
  }

  private static List<Long> getIds(ByteBuffer buffer) {
    int count = getCount(buffer, Long.BYTES);
    var ids = new ArrayList<Long>(count);
    for (int i = 0; i < count; i++) {
      ids.add(buffer.getLong());
    }
    return ids;
  }

  private static List<Entry> getFiles(ByteBuffer buffer) throws SnapshotException {
    int count = getCount(buffer, 2 * Integer.BYTES + Long.BYTES);
    var files = new ArrayList<Entry>(count);
    var names = new HashSet<String>();
    for (int i = 0; i < count; i++) {
      byte[] name = new byte[Math.min(getCount(buffer, 1), MAX_NAME_BYTES)];
      buffer.get(name);
      var file =
          new Entry(new String(name, StandardCharsets.US_ASCII), buffer.getLong(), buffer.getInt());
      if (!NAME.matcher(file.name()).matches() || !names.add(file.name()) || file.size() < 0) {
        throw new SnapshotException("a snapshot cannot have a file \"" + file.name() + "\"");
      }
      files.add(file);
    }
    return files;
  }

  /** A count that the rest of the buffer can hold: nothing is allocated on a stranger's word. */
  private static int getCount(ByteBuffer buffer, int bytesEach) {
    int count = buffer.getInt();
    if (count < 0 || count > buffer.remaining() / bytesEach) {
      throw new BufferUnderflowException();
    }
    return count;
  }
}
