package dev.keelson.server.cluster;

import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file that says whose data a directory holds. It is written before anything else, so that a
 * directory without it is not ours, and never changed.
 *
 * @param name the member's, for messages
 */
public record MemberFile(ServerIdentity identity, String name) {
  private static final String FILE_NAME = "MEMBER";
  private static final String MAGIC = "keelson-member";
  private static final int VERSION = 1;
  private static final int MAX_BYTES = 4_096;

  /** A directory that this version of Keelson must not touch; the message says what to do. */
  public static final class ForeignDirectoryException extends IOException {
    private static final long serialVersionUID = 1;

    ForeignDirectoryException(String message) {
      super(message);
    }
  }

  /**
   * Reads the file; empty if the directory is empty or does not exist.
   *
   * @throws ForeignDirectoryException if the directory holds something that is not ours, or was
   *     written by a version we do not know
   */
  public static Optional<MemberFile> read(Disk disk, Path directory) throws IOException {
    var path = directory.resolve(FILE_NAME);
    if (!disk.exists(path)) {
      requireUnused(disk, directory);
      return Optional.empty();
    }
    var buffer = ByteBuffer.allocate(MAX_BYTES);
    try (var file = disk.open(path, Disk.Mode.READ)) {
      file.read(buffer, 0);
    }
    var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    return Optional.of(parse(path, List.of(text.split("\n", -1))));
  }

  /** Writes the file, durable under its name when this returns. */
  public void write(Disk disk, Path directory) throws IOException {
    var text =
        "%s %d\n%x\n%x\n%s\n%x\n"
            .formatted(
                MAGIC,
                VERSION,
                identity.clusterId(),
                identity.memberId(),
                name,
                identity.incarnation());
    var temporary = directory.resolve(FILE_NAME + ".new");
    if (disk.exists(temporary)) {
      disk.delete(temporary);
    }
    try (var file = disk.open(temporary, Disk.Mode.CREATE)) {
      file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      file.syncData();
    }
    disk.rename(temporary, directory.resolve(FILE_NAME));
    disk.syncDirectory(directory);
  }

  private static void requireUnused(Disk disk, Path directory) throws IOException {
    for (var name : disk.list(directory)) {
      // What a first start leaves if it dies before the file is written.
      if (!name.equals("LOCK") && !name.startsWith(FILE_NAME)) {
        throw new ForeignDirectoryException(
            "%s holds '%s' and is not a Keelson data directory; name an empty or a new one"
                .formatted(directory, name));
      }
    }
  }

  private static MemberFile parse(Path path, List<String> lines) throws IOException {
    if (!lines.getFirst().startsWith(MAGIC + " ")) {
      throw new ForeignDirectoryException(path + " was not written by Keelson");
    }
    if (!lines.getFirst().equals(MAGIC + " " + VERSION)) {
      throw new ForeignDirectoryException(
          "%s is of format '%s', this version reads format %d; use the version that wrote it"
              .formatted(path, lines.getFirst(), VERSION));
    }
    try {
      // Directories of the first days have no incarnation.
      long incarnation = lines.get(4).isEmpty() ? 0 : Long.parseUnsignedLong(lines.get(4), 16);
      var identity =
          new ServerIdentity(
              Long.parseUnsignedLong(lines.get(1), 16),
              Long.parseUnsignedLong(lines.get(2), 16),
              incarnation);
      return new MemberFile(identity, lines.get(3));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new ForeignDirectoryException(
          path + " is damaged; restore it from a backup, or remove the member and add it again");
    }
  }
}
