package dev.keelson.server.scrub;

import dev.keelson.raft.RandomSource;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.wal.WalAudit;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all that is on disk again and again, slowly ("keelson-scrub"), so that damage is found
 * while the others still have what it destroys (reliability.md 1.7). What it finds ends the member
 * before anybody is answered from it.
 */
public final class Scrub implements Round, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Scrub.class);
  private static final double NANOS_PER_SECOND = 1e9;

  /** The first pass begins within this part of the interval, for members started together. */
  private static final int SPREAD = 10;

  private static final int DRAWS = 1 << 20;

  private final Parts parts;
  private final Pace pace;
  private final Consumer<Throwable> failed;
  private final Worker worker;
  private final LongAdder passes = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  // Owned by the worker.
  private @Nullable ScrubPass pass;
  private long dueNanos;
  private long beganNanos;
  private long bytesOfPass;

  /**
   * What is read, and with what.
   *
   * @param logs a new reading of the log
   */
  public record Parts(LiveStore store, Supplier<WalAudit> logs, Clock clock, RandomSource random) {}

  /**
   * How often and how fast.
   *
   * @param intervalNanos from one pass to the next; 0 for none
   */
  public record Pace(long intervalNanos, long bytesPerSecond) {}

  /**
   * A scrub, not started yet.
   *
   * @param failed hears what was found, or why the worker ended otherwise
   */
  public Scrub(Parts parts, Pace pace, Consumer<Throwable> failed, Worker worker) {
    this.parts = parts;
    this.pace = pace;
    this.failed = failed;
    this.worker = worker;
    double share = parts.random().nextInt(DRAWS) / (double) DRAWS;
    this.dueNanos =
        parts.clock().nanoTime() + (long) ((double) pace.intervalNanos() / SPREAD * share);
  }

  public void start() {
    if (pace.intervalNanos() > 0) {
      worker.start(this);
    }
  }

  /** Passes that came to their end. */
  public long passes() {
    return passes.sum();
  }

  /** Bytes that were read. */
  public long bytes() {
    return bytes.sum();
  }

  @Override
  public long run() {
    var current = pass;
    if (current == null) {
      long early = dueNanos - parts.clock().nanoTime();
      if (early > 0) {
        return early;
      }
      current = begin();
    }
    try {
      if (current.isOutdated()) {
        endPass(current);
        return 1; // another one begins with the new store
      }
      long read = current.step();
      if (read == 0) {
        endPass(current);
        completed();
        return Math.max(1, dueNanos - parts.clock().nanoTime());
      }
      bytes.add(read);
      bytesOfPass += read;
      return Math.max(
          1, (long) ((double) read * NANOS_PER_SECOND / (double) pace.bytesPerSecond()));
    } catch (IOException e) {
      throw new UncheckedIOException("the disk cannot be read", e);
    }
  }

  private ScrubPass begin() {
    var begun = new ScrubPass(parts.store(), parts.logs().get());
    pass = begun;
    beganNanos = parts.clock().nanoTime();
    bytesOfPass = 0;
    return begun;
  }

  private void endPass(ScrubPass ended) throws IOException {
    pass = null;
    ended.close();
  }

  private void completed() {
    passes.increment();
    dueNanos = beganNanos + pace.intervalNanos();
    log.info(
        "scrub found no damage bytes={} seconds={}",
        bytesOfPass,
        (parts.clock().nanoTime() - beganNanos) / 1_000_000_000);
  }

  @Override
  public boolean hasWork() {
    return false;
  }

  @Override
  public void end() {
    letGo();
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
    letGo();
  }

  private void letGo() {
    var open = pass;
    if (open != null) {
      try {
        endPass(open);
      } catch (IOException e) {
        log.warn("cannot close what was read reason={}", e.toString());
      }
    }
  }

  @Override
  public void close() {
    worker.close();
  }
}
