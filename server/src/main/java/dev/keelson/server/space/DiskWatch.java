package dev.keelson.server.space;

import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker that looks at the disk ("keelson-disk"), so that growing writes are refused while the
 * log and the engine can still write: what they need to delete, compact and recover is kept back.
 */
public final class DiskWatch implements Round, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DiskWatch.class);
  private static final long LOOK_NANOS = 1_000_000_000;
  private static final long MEBIBYTE = 1L << 20;
  private static final long MAX_RESERVE_BYTES = 1_024 * MEBIBYTE;
  private static final long MIN_RESERVE_BYTES = 256 * MEBIBYTE;
  private static final long MIN_DISK_BYTES = 64 * MEBIBYTE;
  private static final int RESERVE_SHARE = 20;
  private static final int SMALL_DISK_SHARE = 4;

  /** So much more than the reserve must be free again, in parts of it: no flapping. */
  private static final int RECOVERY_SHARE = 8;

  private final DiskSpace disk;
  private final SpaceGuard guard;
  private final Consumer<Throwable> failed;
  private final Worker worker;
  private boolean low;

  /**
   * A watch, not started yet.
   *
   * @param failed hears why the worker ended before it was closed
   */
  public DiskWatch(DiskSpace disk, SpaceGuard guard, Consumer<Throwable> failed, Worker worker) {
    this.disk = disk;
    this.guard = guard;
    this.failed = failed;
    this.worker = worker;
  }

  public void start() {
    worker.start(this);
  }

  /**
   * What is kept back: a twentieth of the disk, 256 MiB to 1 GiB, never over a quarter of it. On a
   * disk that a file of the log would fill, nothing.
   */
  static long reserveBytes(long totalBytes) {
    if (totalBytes < MIN_DISK_BYTES) {
      return 0;
    }
    long least = Math.min(MIN_RESERVE_BYTES, totalBytes / SMALL_DISK_SHARE);
    return Math.min(MAX_RESERVE_BYTES, Math.max(least, totalBytes / RESERVE_SHARE));
  }

  @Override
  public long run() {
    look();
    return LOOK_NANOS;
  }

  @Override
  public boolean hasWork() {
    return false;
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  /** Looks once; a disk that does not answer stands as it did. */
  void look() {
    try {
      long reserve = reserveBytes(disk.totalBytes());
      long usable = disk.usableBytes();
      boolean now = usable < (low ? reserve + reserve / RECOVERY_SHARE : reserve);
      if (now != low) {
        log.warn("disk is {} usable={} reserve={}", now ? "low" : "wide again", usable, reserve);
      }
      low = now;
    } catch (IOException e) {
      log.warn("the disk does not tell its space reason={}", e.toString());
    }
    guard.diskIs(low);
  }

  @Override
  public void close() {
    worker.close();
  }
}
