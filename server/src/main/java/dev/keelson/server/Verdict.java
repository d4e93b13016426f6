package dev.keelson.server;

import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The note in a data directory that its state is not what the cluster made of the log, or not what
 * was written. A member does not start on it again: it would serve wrong answers until that is
 * found the next time.
 */
final class Verdict {
  private static final String FILE_NAME = "DIVERGED";
  private static final int MAX_BYTES = 4_096;

  private final Disk disk;
  private final Path directory;

  Verdict(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Durable when this returns. The first reason stays. */
  void set(String reason) throws IOException {
    var path = directory.resolve(FILE_NAME);
    if (disk.exists(path)) {
      return;
    }
    try (var file = disk.open(path, Disk.Mode.CREATE)) {
      file.write(ByteBuffer.wrap(reason.getBytes(StandardCharsets.UTF_8)), 0);
      file.syncData();
    }
    disk.syncDirectory(directory);
  }

  /**
   * Nothing, for a directory without the note.
   *
   * @throws StartException with its reason, and what to do
   */
  void requireNone() throws IOException, StartException {
    var path = directory.resolve(FILE_NAME);
    if (!disk.exists(path)) {
      return;
    }
    var buffer = ByteBuffer.allocate(MAX_BYTES);
    try (var file = disk.open(path, Disk.Mode.READ)) {
      file.read(buffer, 0);
    }
    throw new StartException(
        "%s cannot be used again: %s; remove this member, delete the directory, add it again"
            .formatted(
                directory,
                new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8)));
  }
}
