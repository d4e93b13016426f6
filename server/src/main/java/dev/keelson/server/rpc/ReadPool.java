package dev.keelson.server.rpc;

import dev.keelson.storage.mvcc.ReadView;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The threads for reads that may take long ("keelson-read-N"), each on a view of its own. */
final class ReadPool implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  private final ThreadPoolExecutor threads;
  private final Supplier<ReadView> views;

  ReadPool(
      int threadCount, int maxQueued, Supplier<ReadView> views, UncaughtExceptionHandler bugs) {
    this.views = views;
    var number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(maxQueued),
            task ->
                Thread.ofPlatform()
                    .name("keelson-read-" + number.incrementAndGet())
                    .daemon()
                    .uncaughtExceptionHandler(bugs)
                    .unstarted(task));
  }

  /** False if too many wait already, or the pool is closed. */
  boolean offer(ViewRead read) {
    try {
      threads.execute(() -> ViewRead.runAll(List.of(read), views));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Ends the reads under way, so that the store may be closed after. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
