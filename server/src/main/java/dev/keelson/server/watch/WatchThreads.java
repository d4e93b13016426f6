package dev.keelson.server.watch;

import dev.keelson.server.time.Clock;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;

/**
 * A hub and its two threads: "keelson-watch" owns it, "keelson-watch-history" reads for those that
 * are behind.
 */
public final class WatchThreads implements AutoCloseable {
  /** One scan at most, and the stop. */
  private final LinkedBlockingQueue<Runnable> scans = new LinkedBlockingQueue<>();

  private final BiConsumer<String, Throwable> failed;
  private final WatchHub hub;
  private final Thread owner;
  private final Thread reader;
  private volatile boolean running = true;

  /**
   * Starts both.
   *
   * @param seed of all that is left to chance
   * @param progressMillis between two words to a silent watcher (W27)
   * @param failed hears which thread has failed, and why
   */
  public WatchThreads(
      WatchHistory history,
      WatchLimits limits,
      Clock clock,
      long seed,
      long progressMillis,
      BiConsumer<String, Throwable> failed) {
    this.failed = failed;
    this.hub = new WatchHub(history, limits, scans::add, clock, seed, progressMillis * 1_000_000);
    this.owner = Thread.ofPlatform().name("keelson-watch").unstarted(() -> guarded(this::own));
    this.reader =
        Thread.ofPlatform().name("keelson-watch-history").unstarted(() -> guarded(this::read));
    owner.start();
    reader.start();
  }

  public WatchHub hub() {
    return hub;
  }

  private void own() {
    while (running) {
      if (!hub.turn()) {
        hub.await();
      }
    }
  }

  private void read() {
    try {
      while (running) {
        scans.take().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable cause) {
      failed.accept(Thread.currentThread().getName(), cause);
    }
  }

  /** Ends both threads; what waits is not told any more. */
  @Override
  public void close() {
    running = false;
    hub.wakeUp();
    scans.add(hub::wakeUp); // so that the reader looks up
    try {
      owner.join();
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
