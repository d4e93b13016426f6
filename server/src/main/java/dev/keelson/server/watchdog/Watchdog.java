package dev.keelson.server.watchdog;

import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second who gets on ("keelson-watchdog"). A thread that dies ends the member at once
 * (OV-oom); one that hangs does not, as it may only wait for a disk that comes back: that is told
 * in the log, by the health of the member and by its metrics, so that others are asked and somebody
 * looks. What leads in name only leaves office by itself (ReplicaLoop).
 */
public final class Watchdog implements Round, AutoCloseable {
  static final long LOOK_NANOS = 1_000_000_000;

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
  private static final String SOCKETS = "the threads of the sockets";

  private final WatchedWorkers workers;
  private final ToIntFunction<Runnable> eventLoops;
  private final long patienceLooks;
  private final Consumer<Throwable> failed;
  private final Worker worker;
  private volatile List<Standstill> standstills = List.of();

  /** Threads of sockets that have run the task of the last look. */
  private AtomicInteger answered = new AtomicInteger();

  private int asked;
  private long silentLooks;

  /**
   * A watchdog, not started yet.
   *
   * @param eventLoops runs a task on every thread that serves sockets; on how many
   * @param patienceSeconds without progress; the looks of a background worker are more patient
   * @param failed hears why the worker ended before it was closed
   */
  public Watchdog(
      WatchedWorkers workers,
      ToIntFunction<Runnable> eventLoops,
      long patienceSeconds,
      Consumer<Throwable> failed,
      Worker worker) {
    this.workers = workers;
    this.eventLoops = eventLoops;
    this.patienceLooks = patienceSeconds;
    this.failed = failed;
    this.worker = worker;
  }

  public void start() {
    worker.start(this);
  }

  /** Who gets nowhere now. Thread-safe. */
  public List<Standstill> standstills() {
    return standstills;
  }

  /** Why this member cannot serve now; empty if it can. Thread-safe. */
  public Optional<String> reason() {
    var names =
        standstills.stream()
            .filter(Standstill::core)
            .map(stalled -> stalled.worker() + " for " + stalled.seconds() + " s")
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? Optional.empty() : Optional.of("no progress: " + names);
  }

  @Override
  public long run() {
    var found = new ArrayList<Standstill>();
    for (var watched : workers.watched()) {
      watched.look(patienceLooks).ifPresent(found::add);
    }
    lookAtSockets().ifPresent(found::add);
    standstills = List.copyOf(found);
    return LOOK_NANOS;
  }

  private Optional<Standstill> lookAtSockets() {
    if (answered.get() >= asked) {
      if (silentLooks > patienceLooks) {
        log.warn("{} go on again seconds={}", SOCKETS, silentLooks);
      }
      silentLooks = 0;
      var next = new AtomicInteger();
      answered = next;
      asked = eventLoops.applyAsInt(next::incrementAndGet);
      return Optional.empty();
    }
    silentLooks++;
    if (silentLooks <= patienceLooks) {
      return Optional.empty();
    }
    if (silentLooks == patienceLooks + 1) {
      log.error("{} do not answer count={} of={}", SOCKETS, asked - answered.get(), asked);
    }
    return Optional.of(new Standstill(SOCKETS, true, silentLooks));
  }

  @Override
  public boolean hasWork() {
    return false;
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  @Override
  public void close() {
    worker.close();
  }
}
