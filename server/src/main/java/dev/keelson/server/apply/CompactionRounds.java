package dev.keelson.server.apply;

import dev.keelson.storage.mvcc.Compactor;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.function.Consumer;

/** Removes what a compaction gave up ("keelson-compact"). */
final class CompactionRounds implements Round, AutoCloseable {
  private final Compactor compactor;
  private final Consumer<Throwable> failed;
  private final Worker worker;
  private volatile boolean scheduled;

  /** Starts the worker. */
  CompactionRounds(Compactor compactor, Consumer<Throwable> failed, Worker worker) {
    this.compactor = compactor;
    this.failed = failed;
    this.worker = worker;
    compactor.whenScheduled(this::scheduled);
    worker.start(this);
  }

  private void scheduled() {
    scheduled = true;
    worker.wake();
  }

  @Override
  public long run() {
    scheduled = false;
    return compactor.step() ? compactor.pauseNanos() : WHEN_WOKEN;
  }

  @Override
  public boolean hasWork() {
    return scheduled;
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  /** Waits for the write that is under way; what is left is resumed at the next start. */
  @Override
  public void close() {
    worker.close();
  }
}
