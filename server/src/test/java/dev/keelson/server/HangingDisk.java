package dev.keelson.server;

import static java.util.Objects.requireNonNull;

import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.transport.PeerFilter;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import dev.keelson.storage.disk.PosixDisk;
import dev.keelson.storage.work.WorkerThreads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The real disk, whose syncs of the log do not come back for as long as the test says. */
final class HangingDisk implements Disk {
  private final PosixDisk disk = new PosixDisk();
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /** A machine with this disk. */
  Machine machine(ServerConfig config) {
    long heap = Runtime.getRuntime().maxMemory();
    var usual = Machine.shared(config, heap, new WorkerThreads(), PeerFilter.OPEN);
    return new Machine(
        usual.tuning(), usual.workers(), this, usual.engines(), usual.space(), usual.peers());
  }

  /** From now on a sync of the log waits until {@link #goOn}. */
  void hang() {
    gate = new CountDownLatch(1);
  }

  void goOn() {
    gate.countDown();
  }

  private void pass() throws IOException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted in a sync", e);
    }
  }

  @Override
  public DiskFile open(Path file, Mode mode) throws IOException {
    var opened = disk.open(file, mode);
    // A segment is made under another name.
    boolean ofLog = requireNonNull(file.toAbsolutePath().getParent()).endsWith("wal");
    return ofLog ? new LogFile(opened) : opened;
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return disk.exists(path);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    disk.createDirectories(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    disk.link(existing, added);
  }

  @Override
  public void delete(Path file) throws IOException {
    disk.delete(file);
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    disk.deleteTree(directory);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    disk.syncDirectory(directory);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return disk.usableBytes(path);
  }

  @Override
  public AutoCloseable lock(Path file) throws IOException {
    return disk.lock(file);
  }

  private final class LogFile implements DiskFile {
    private final DiskFile file;

    LogFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      file.write(source, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void syncData() throws IOException {
      pass();
      file.syncData();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
