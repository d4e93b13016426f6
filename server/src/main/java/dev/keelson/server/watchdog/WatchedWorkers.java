package dev.keelson.server.watchdog;

import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.Workers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Workers that a {@link Watchdog} can look at. Thread-safe. */
public final class WatchedWorkers implements Workers {
  /** Without these a member serves nobody; all others work behind them, and may take long. */
  private static final Set<String> CORE =
      Set.of("keelson-replica", "keelson-wal", "keelson-apply", "keelson-lease", "keelson-watch");

  private final Workers workers;
  private final List<Watched> watched = new CopyOnWriteArrayList<>();

  public WatchedWorkers(Workers workers) {
    this.workers = workers;
  }

  @Override
  public Worker worker(String name) {
    return new WatchedWorker(name, workers.worker(name));
  }

  /** Those that have been started and have not ended. */
  List<Watched> watched() {
    return watched;
  }

  private final class WatchedWorker implements Worker {
    private final String name;
    private final Worker worker;

    WatchedWorker(String name, Worker worker) {
      this.name = name;
      this.worker = worker;
    }

    @Override
    public void start(Round round) {
      var whenEnded = new Departure();
      var entry = new Watched(name, CORE.contains(name), new Pulse(round, whenEnded));
      whenEnded.entry = List.of(entry);
      watched.add(entry);
      worker.start(entry.pulse());
    }

    @Override
    public void wake() {
      worker.wake();
    }

    @Override
    public boolean awaitRound() {
      return worker.awaitRound();
    }

    @Override
    public void close() {
      worker.close();
    }
  }

  /** Takes a worker off the list. */
  private final class Departure implements Runnable {
    /** Set before the worker starts. */
    private List<Watched> entry = List.of();

    @Override
    public void run() {
      watched.removeAll(entry);
    }
  }
}
