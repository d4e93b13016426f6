package dev.keelson.storage.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A member's claim on its data directory: a second process is refused, whatever it wants to do.
 * Take it before anything in the directory is opened, release it after all is closed.
 */
public final class DataDirectoryLock implements AutoCloseable {
  private static final String FILE_NAME = "LOCK";

  private final AutoCloseable held;

  private DataDirectoryLock(AutoCloseable held) {
    this.held = held;
  }

  /**
   * Creates the directory if need be, durably, and takes the lock.
   *
   * @throws Disk.DirectoryLockedException if another process holds it
   */
  public static DataDirectoryLock take(Disk disk, Path directory) throws IOException {
    createDurably(disk, directory.toAbsolutePath());
    return new DataDirectoryLock(disk.lock(directory.resolve(FILE_NAME)));
  }

  /** Creates a directory and those above it, each name synced in its parent. */
  public static void createDurably(Disk disk, Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent == null) {
      return;
    }
    if (!disk.exists(directory)) {
      createDurably(disk, parent);
      disk.createDirectories(directory);
    }
    // Also if it existed: a process before us may have died between creating and syncing it.
    disk.syncDirectory(parent);
  }

  @Override
  public void close() throws IOException {
    try {
      held.close();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
