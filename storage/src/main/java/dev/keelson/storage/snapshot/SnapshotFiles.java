package dev.keelson.storage.snapshot;

import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads whole files in pieces, and writes small ones so that they are there whole or not at all.
 */
final class SnapshotFiles {
  private static final int PIECE_BYTES = 1 << 20;

  private SnapshotFiles() {}

  static int checksum(Disk disk, Path path) throws IOException {
    var crc = new CRC32C();
    try (var file = disk.open(path, Disk.Mode.READ)) {
      var piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, file.size())));
      long position = 0;
      while (true) {
        int read = file.read(piece.clear(), position);
        if (read == 0) {
          return (int) crc.getValue();
        }
        crc.update(piece.flip());
        position += read;
      }
    }
  }

  static long size(Disk disk, Path path) throws IOException {
    try (var file = disk.open(path, Disk.Mode.READ)) {
      return file.size();
    }
  }

  static byte[] read(Disk disk, Path path) throws IOException {
    try (var file = disk.open(path, Disk.Mode.READ)) {
      var content = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(content, 0);
      return content.array();
    }
  }

  static void deleteFile(Disk disk, Path path) throws IOException {
    if (disk.exists(path)) {
      disk.delete(path);
    }
  }

  /** Durable when it returns; after a crash on the way, the old content is there or the new. */
  static void replace(Disk disk, Path directory, String name, byte[] content) throws IOException {
    Path fresh = directory.resolve(name + ".new");
    deleteFile(disk, fresh);
    try (var file = disk.open(fresh, Disk.Mode.CREATE)) {
      file.write(ByteBuffer.wrap(content), 0);
      file.syncData();
    }
    disk.rename(fresh, directory.resolve(name));
    disk.syncDirectory(directory);
  }
}
