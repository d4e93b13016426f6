package dev.keelson.storage.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system as storage uses it. A created, renamed or deleted name is durable only after
 * {@link #syncDirectory} of its parent. Thread-safe.
 */
public interface Disk {

  /** How a file is opened. */
  enum Mode {
    READ,
    /** Reads and writes an existing file. */
    WRITE,
    /** Reads and writes a file that must not exist yet. */
    CREATE
  }

  DiskFile open(Path file, Mode mode) throws IOException;

  boolean exists(Path path) throws IOException;

  /** The names in a directory, ascending; empty if there is no such directory. */
  List<String> list(Path directory) throws IOException;

  void createDirectories(Path directory) throws IOException;

  /** Atomic; replaces a file of the new name, never a directory that is not empty. */
  void rename(Path from, Path to) throws IOException;

  /** A second name for a file's content. */
  void link(Path existing, Path added) throws IOException;

  void delete(Path file) throws IOException;

  /** Deletes a directory and all below it; nothing if it does not exist. */
  void deleteTree(Path directory) throws IOException;

  void syncDirectory(Path directory) throws IOException;

  /** Bytes this process may still write on the disk that holds the path. */
  long usableBytes(Path path) throws IOException;

  /**
   * Takes a lock that ends with the process.
   *
   * @throws DirectoryLockedException if another process holds it
   */
  AutoCloseable lock(Path file) throws IOException;

  /** Another process works in this directory. */
  final class DirectoryLockedException extends IOException {
    private static final long serialVersionUID = 1;

    public DirectoryLockedException(Path file) {
      super(file + " is locked by another process");
    }
  }
}
