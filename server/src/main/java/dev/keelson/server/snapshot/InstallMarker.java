package dev.keelson.server.snapshot;

import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The note that a snapshot is taking the place of store and log, which are two things on disk and
 * cannot change at once. It is there from before the store is switched until after the log is
 * reset; a start that finds it completes the reset if the store was switched.
 */
public final class InstallMarker {
  private static final String FILE_NAME = "INSTALLING";
  private static final int MAX_BYTES = 64;

  private final Disk disk;
  private final Path directory;

  public InstallMarker(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Durable when this returns. */
  public void set(LogPosition position) throws IOException {
    var temporary = directory.resolve(FILE_NAME + ".new");
    if (disk.exists(temporary)) {
      disk.delete(temporary);
    }
    var text = position.term() + " " + position.index() + "\n";
    try (var file = disk.open(temporary, Disk.Mode.CREATE)) {
      file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
      file.syncData();
    }
    disk.rename(temporary, directory.resolve(FILE_NAME));
    disk.syncDirectory(directory);
  }

  /** The position of the snapshot that was being installed; empty if none was. */
  public Optional<LogPosition> get() throws IOException {
    var path = directory.resolve(FILE_NAME);
    if (!disk.exists(path)) {
      return Optional.empty();
    }
    var buffer = ByteBuffer.allocate(MAX_BYTES);
    try (var file = disk.open(path, Disk.Mode.READ)) {
      file.read(buffer, 0);
    }
    var words =
        new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII)
            .strip()
            .split(" ", -1);
    try {
      return Optional.of(new LogPosition(Long.parseLong(words[0]), Long.parseLong(words[1])));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(path + " is damaged: remove this member and add it again", e);
    }
  }

  /** Durable when this returns; nothing happens if there is no marker. */
  public void clear() throws IOException {
    var path = directory.resolve(FILE_NAME);
    if (disk.exists(path)) {
      disk.delete(path);
      disk.syncDirectory(directory);
    }
  }
}
