package dev.keelson.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own file system. Never mapped memory: a full disk must be an exception where it
 * happens. An interrupt closes the channel it meets, so threads that use this are not interrupted.
 */
public final class PosixDisk implements Disk {
  /** Lock files this disk has open, held or refused; guarded by itself, held for one open. */
  private final Map<Path, LockFile> lockFiles = new HashMap<>();

  @Override
  public DiskFile open(Path file, Mode mode) throws IOException {
    Set<StandardOpenOption> options =
        switch (mode) {
          case READ -> Set.of(StandardOpenOption.READ);
          case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
          case CREATE ->
              Set.of(
                  StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        };
    return new PosixFile(FileChannel.open(file, options));
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    try (var paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    // Without ATOMIC_MOVE Java may silently copy.
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    Files.createLink(added, existing);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.delete(file);
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    Path existing = path.toAbsolutePath();
    for (Path parent = existing.getParent(); parent != null; parent = existing.getParent()) {
      if (Files.exists(existing)) {
        break;
      }
      existing = parent;
    }
    return Files.getFileStore(existing).getUsableSpace();
  }

  @Override
  public AutoCloseable lock(Path file) throws IOException {
    synchronized (lockFiles) {
      Path key = file.toAbsolutePath().normalize();
      LockFile lockFile = lockFiles.get(key);
      if (lockFile == null) {
        lockFile =
            new LockFile(
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        lockFiles.put(key, lockFile);
      }
      if (lockFile.held || !lockFile.tryLock()) {
        throw new DirectoryLockedException(file);
      }
      return () -> unlock(key);
    }
  }

  private void unlock(Path key) throws IOException {
    synchronized (lockFiles) {
      LockFile lockFile = lockFiles.remove(key);
      if (lockFile != null) {
        lockFile.channel.close();
      }
    }
  }

  /**
   * A lock file that was opened once. A refused one stays open: POSIX drops a process's lock when
   * any descriptor of the file is closed, and the holder may be another disk of this JVM.
   */
  private static final class LockFile {
    private final FileChannel channel;
    private boolean held;

    LockFile(FileChannel channel) {
      this.channel = channel;
    }

    boolean tryLock() throws IOException {
      try {
        FileLock lock = channel.tryLock();
        held = lock != null;
      } catch (OverlappingFileLockException e) {
        held = false;
      }
      return held;
    }
  }

  private record PosixFile(FileChannel channel) implements DiskFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int total = 0;
      while (target.hasRemaining()) {
        int read = channel.read(target, position + total);
        if (read < 0) {
          break;
        }
        total += read;
      }
      return total;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      long next = position;
      while (source.hasRemaining()) {
        next += channel.write(source, next);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void syncData() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
