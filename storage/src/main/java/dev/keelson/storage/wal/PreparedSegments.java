package dev.keelson.storage.wal;

import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the next segment's file with zeros while the current one is still being written, so that no
 * sync of the log has to wait for the file system to allocate. Small steps, each synced by itself:
 * the writer's syncs meet no more than one of them. Called by the writer.
 */
final class PreparedSegments implements SegmentSource, Round {
  private static final Logger LOG = LoggerFactory.getLogger(PreparedSegments.class);

  private final Disk disk;
  private final Path directory;
  private final WalConfig config;
  private final SegmentsOnDemand onDemand;
  private final AtomicReference<@Nullable Blank> ready = new AtomicReference<>();
  private final Consumer<Throwable> failed;
  private final Worker worker;
  private volatile boolean wanted;
  private volatile boolean stopped;
  private boolean started;
  private int prepared;

  /**
   * For one log.
   *
   * @param failed hears why the worker ended before it was closed
   */
  PreparedSegments(
      Disk disk, Path directory, WalConfig config, Consumer<Throwable> failed, Worker worker) {
    this.disk = disk;
    this.directory = directory;
    this.config = config;
    this.onDemand = new SegmentsOnDemand(disk, directory);
    this.failed = failed;
    this.worker = worker;
  }

  @Override
  public Blank take() throws IOException {
    Blank blank = ready.getAndSet(null);
    return blank != null ? blank : onDemand.take();
  }

  @Override
  public void expectDemand() {
    if (wanted || ready.get() != null) {
      return;
    }
    wanted = true;
    if (started) {
      worker.wake();
    } else {
      started = true;
      worker.start(this);
    }
  }

  @Override
  public long run() {
    if (wanted) {
      prepare(directory.resolve("prepared-" + prepared++ + TEMPORARY_SUFFIX));
      wanted = false;
    }
    return WHEN_WOKEN;
  }

  @Override
  public boolean hasWork() {
    return wanted;
  }

  private void prepare(Path path) {
    try {
      ready.set(fill(path));
    } catch (IOException e) {
      // Not the log's failure: the writer makes its own segment, and fails there if it must.
      LOG.warn("next log segment not prepared: file={} error={}", path, e.toString());
    }
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause); // no failure of the disk: those are dealt with above
  }

  private Blank fill(Path path) throws IOException {
    DiskFile file = disk.open(path, Disk.Mode.CREATE);
    try {
      ByteBuffer zeros = ByteBuffer.allocateDirect(config.allocationBytes());
      long size = 0;
      while (size < config.segmentBytes() && !stopped) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), config.segmentBytes() - size));
        file.write(zeros, size);
        file.syncData();
        size += zeros.limit();
      }
      return new Blank(path, file);
    } catch (IOException e) {
      file.close();
      disk.delete(path);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    worker.close();
    Blank unused = ready.getAndSet(null);
    if (unused != null) {
      unused.file().close();
      disk.delete(unused.path());
    }
  }
}
