package dev.keelson.server.watch;

import dev.keelson.server.time.Clock;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.Workers;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;

/**
 * A hub and its two workers: "keelson-watch" owns it, "keelson-watch-history" reads for those that
 * are behind.
 */
public final class WatchWorkers implements AutoCloseable {
  private static final String OWNER = "keelson-watch";
  private static final String READER = "keelson-watch-history";

  /** One scan at most. */
  private final ConcurrentLinkedQueue<Runnable> scans = new ConcurrentLinkedQueue<>();

  private final BiConsumer<String, Throwable> failed;
  private final WatchHub hub;
  private final Worker owner;
  private final Worker reader;

  /**
   * Starts both.
   *
   * @param seed of all that is left to chance
   * @param progressMillis between two words to a silent watcher (W27)
   * @param failed hears which worker has failed, and why
   */
  public WatchWorkers(
      WatchHistory history,
      WatchLimits limits,
      Clock clock,
      long seed,
      long progressMillis,
      BiConsumer<String, Throwable> failed,
      Workers workers) {
    this.failed = failed;
    this.owner = workers.worker(OWNER);
    this.reader = workers.worker(READER);
    this.hub =
        new WatchHub(
            history, limits, this::scan, owner::wake, clock, seed, progressMillis * 1_000_000);
    owner.start(new Turns());
    reader.start(new Scans());
  }

  public WatchHub hub() {
    return hub;
  }

  private void scan(Runnable scan) {
    scans.add(scan);
    reader.wake();
  }

  private final class Turns implements Round {
    @Override
    public long run() {
      return hub.turn() ? 0 : hub.nanosUntilDue();
    }

    @Override
    public boolean hasWork() {
      return hub.hasWork();
    }

    @Override
    public void failed(Throwable cause) {
      failed.accept(OWNER, cause);
    }
  }

  private final class Scans implements Round {
    @Override
    public long run() {
      for (var scan = scans.poll(); scan != null; scan = scans.poll()) {
        scan.run();
      }
      return WHEN_WOKEN;
    }

    @Override
    public boolean hasWork() {
      return !scans.isEmpty();
    }

    @Override
    public void failed(Throwable cause) {
      failed.accept(READER, cause);
    }
  }

  /** Ends both; what waits is not told any more. */
  @Override
  public void close() {
    owner.close();
    reader.close();
  }
}
