package dev.keelson.server.space;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file systems of some directories that exist.
 *
 * @param directories the first is the one whose size counts
 */
public record FileSystemSpace(List<Path> directories) implements DiskSpace {
  public FileSystemSpace {
    directories = List.copyOf(directories);
  }

  @Override
  public long totalBytes() throws IOException {
    return Files.getFileStore(directories.getFirst()).getTotalSpace();
  }

  @Override
  public long usableBytes() throws IOException {
    long least = Long.MAX_VALUE;
    for (var directory : directories) {
      least = Math.min(least, Files.getFileStore(directory).getUsableSpace());
    }
    return least;
  }
}
