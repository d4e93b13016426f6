package dev.keelson.server.apply;

import dev.keelson.server.measure.Distribution;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker that bounds what a crash would have to replay ("keelson-upkeep"): it makes the store
 * durable by size and by age, and then lets the log behind it go.
 */
public final class Upkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
  private static final long LOOK_NANOS = 100_000_000;

  private final LiveStore store;
  private final Limits limits;
  private final LogRelease logRelease;
  private final FailureListener failure;
  private final Clock clock;
  private final AtomicLong unflushedBytes = new AtomicLong();
  private final AtomicLong unflushedEntries = new AtomicLong();
  private final Distribution flushes = Distribution.ofSeconds(0.001, 2, 14);
  private final Worker worker;
  private long flushedAtNanos;

  /**
   * When to flush.
   *
   * @param flushBytes applied payload not flushed yet
   * @param flushEntries applied entries not flushed yet
   * @param flushAgeNanos since the last flush, if anything was applied
   */
  public record Limits(long flushBytes, long flushEntries, long flushAgeNanos) {}

  /** Lets go of the log that is no longer needed. */
  @FunctionalInterface
  public interface LogRelease {
    /** The store would survive a crash as of this index. */
    void flushedTo(long index);
  }

  /** Hears why the worker ended before it was closed. */
  @FunctionalInterface
  public interface FailureListener {
    void failed(Throwable cause);
  }

  /** Upkeep of this store, not started yet. */
  public Upkeep(
      LiveStore store,
      Limits limits,
      LogRelease logRelease,
      FailureListener failure,
      Clock clock,
      Worker worker) {
    this.store = store;
    this.limits = limits;
    this.logRelease = logRelease;
    this.failure = failure;
    this.clock = clock;
    this.flushedAtNanos = clock.nanoTime();
    this.worker = worker;
  }

  /** Seconds of making the store durable. */
  public Distribution flushes() {
    return flushes;
  }

  public void start() {
    worker.start(new Rounds());
  }

  /** Counts what was applied. Thread-safe. */
  public void applied(long entries, long bytes) {
    unflushedEntries.addAndGet(entries);
    if (unflushedBytes.addAndGet(bytes) >= limits.flushBytes()) {
      worker.wake();
    }
  }

  /** Flushes a last time, so that the next start has nothing to replay, and ends the worker. */
  @Override
  public void close() {
    worker.close();
  }

  private final class Rounds implements Round {
    @Override
    public long run() {
      if (isDue()) {
        flush();
      }
      return LOOK_NANOS;
    }

    @Override
    public boolean hasWork() {
      return unflushedBytes.get() >= limits.flushBytes() && unflushedEntries.get() > 0;
    }

    @Override
    public void end() {
      flush();
    }

    @Override
    public void failed(Throwable cause) {
      failure.failed(cause);
    }
  }

  private boolean isDue() {
    return unflushedEntries.get() > 0
        && (unflushedBytes.get() >= limits.flushBytes()
            || unflushedEntries.get() >= limits.flushEntries()
            || clock.nanoTime() - flushedAtNanos >= limits.flushAgeNanos());
  }

  private void flush() {
    long entries = unflushedEntries.getAndSet(0);
    unflushedBytes.set(0);
    long startNanos = clock.nanoTime();
    store.flush();
    flushedAtNanos = clock.nanoTime();
    flushes.record(flushedAtNanos - startNanos);
    long index = store.current().flushedIndex();
    log.debug(
        "flushed store index={} entries={} ms={}",
        index,
        entries,
        (flushedAtNanos - startNanos) / 1_000_000);
    logRelease.flushedTo(index);
  }
}
