package dev.keelson.server.apply;

import dev.keelson.storage.mvcc.Compactor;
import java.util.function.Consumer;

/** The thread that removes what a compaction gave up ("keelson-compact"). */
final class CompactionThread implements AutoCloseable {
  private final Compactor compactor;
  private final Consumer<Throwable> failed;
  private final Thread thread;

  CompactionThread(Compactor compactor, Consumer<Throwable> failed) {
    this.compactor = compactor;
    this.failed = failed;
    this.thread = Thread.ofPlatform().name("keelson-compact").start(this::run);
  }

  private void run() {
    try {
      compactor.run();
    } catch (Throwable cause) {
      failed.accept(cause);
    }
  }

  /** Waits for the write that is under way. */
  @Override
  public void close() {
    compactor.stop();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
