package dev.keelson.server.watch;

import dev.keelson.server.apply.ChangeListener;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where changes meet watchers. The apply thread hands over what each batch has changed and goes on;
 * one thread, the owner, finds who wants it and tells their streams. It waits for nobody: a stream
 * that does not take what it is told is told from history later (W21), and so is everybody if the
 * owner itself falls behind. Thread-safe, but for {@link #turn} and {@link #nanosUntilDue}, the
 * owner's.
 */
public final class WatchHub implements ChangeListener {
  /** Requests that are dealt with before the next look at the changes. */
  private static final int TASKS_PER_TURN = 1_024;

  private static final int BATCHES_PER_TURN = 16;
  private static final long LONGEST_WAIT_NANOS = 1_000_000_000;

  /** How often room is looked for that other streams have made. */
  private static final long ROOM_WAIT_NANOS = 50_000_000;

  /** W27: periods differ by up to a tenth, so that not all streams speak at once. */
  private static final double PROGRESS_JITTER = 0.1;

  /** What a change takes while it waits, beside its key and value. */
  private static final int CHANGE_OVERHEAD_BYTES = 128;

  private final Queue<Consumer<HubState>> tasks = new ConcurrentLinkedQueue<>();
  private final Queue<List<AppliedChange>> batches = new ConcurrentLinkedQueue<>();
  private final AtomicLong batchBytes = new AtomicLong();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicLong streamsOpened = new AtomicLong();
  private final AtomicLong streamsClosed = new AtomicLong();
  private final Runnable bell;
  private final WatchLimits limits;
  private final Clock clock;
  private final long seed;
  private final long progressPeriodNanos;
  private final HubState state;
  private volatile boolean active;
  private volatile boolean roomChanged;
  private volatile long offered;
  private volatile WatchStats stats = WatchStats.NONE;

  /** A watch inside the member; {@link #close} ends it. */
  @FunctionalInterface
  public interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * A hub without a thread: whoever owns it calls {@link #turn}.
   *
   * @param scans runs reads of history, one at a time
   * @param bell tells the owner that there is something to do
   * @param seed of all that is left to chance
   * @param progressPeriodNanos of the word to silent watchers (W27)
   */
  public WatchHub(
      WatchHistory history,
      WatchLimits limits,
      Executor scans,
      Runnable bell,
      Clock clock,
      long seed,
      long progressPeriodNanos) {
    this.limits = limits;
    this.bell = bell;
    this.clock = clock;
    this.seed = seed;
    this.progressPeriodNanos = progressPeriodNanos;
    var random = new SplittableRandom(seed);
    this.state =
        new HubState(
            history,
            limits,
            waitingBytes,
            random.split(),
            new Scans(history, limits, scans, random.split(), random.split()));
  }

  /** A stream of watchers, none yet. */
  public WatchStream open(WatchOutlet outlet) {
    var random = new SplittableRandom(seed + streamsOpened.incrementAndGet());
    long jitter = (long) (progressPeriodNanos * PROGRESS_JITTER * random.nextDouble());
    return new WatchStream(this, outlet, clock.nanoTime(), progressPeriodNanos + jitter);
  }

  /**
   * Watches inside the member.
   *
   * @param fromRevision the first that is wanted; 0 for what comes from now on
   */
  public Watching watch(KeyRange range, long fromRevision, WatchListener listener) {
    var outlet = new ListenerOutlet(listener);
    var stream = open(outlet);
    outlet.stream = stream;
    stream.create(new WatchSpec(0, range, fromRevision, WatchSpec.Options.PLAIN));
    return () -> {
      outlet.closed = true;
      stream.close();
    };
  }

  /** As of the last turn that did anything, but for what clients have taken since. */
  public WatchStats stats() {
    var last = stats;
    return new WatchStats(
        streamsOpened.get() - streamsClosed.get(),
        last.watchers(),
        last.watchersBehind(),
        last.slowStreams(),
        waitingBytes.get(),
        last.eventsTold());
  }

  @Override
  public void committed(List<AppliedChange> changes) {
    // The new revision is published before this look, and whoever becomes active looks at the
    // revision after it has: one of them sees the other.
    if (!active || changes.isEmpty()) {
      return;
    }
    long bytes = bytes(changes);
    if (batchBytes.get() + bytes <= limits.maxBatchBytes()) {
      batchBytes.addAndGet(bytes);
      batches.add(changes);
    }
    offered = changes.getLast().change().revision().main();
    bell.run();
  }

  @Override
  public void replaced(long revision) {
    offered = revision; // W22: with nothing to show for it, so that history is read
    bell.run();
  }

  private static long bytes(List<AppliedChange> changes) {
    long bytes = 0;
    for (var applied : changes) {
      bytes +=
          CHANGE_OVERHEAD_BYTES
              + switch (applied.change()) {
                case Change.Put(_, var kv) -> kv.key().length() + kv.value().length();
                case Change.Delete(_, var key) -> key.length();
              };
    }
    return bytes;
  }

  void ask(WatchStream stream, Consumer<HubState> request) {
    post(
        hub -> {
          request.accept(hub);
          hub.handled(stream);
        });
  }

  void post(Consumer<HubState> task) {
    tasks.add(task);
    bell.run();
  }

  void close(WatchStream stream) {
    streamsClosed.incrementAndGet();
    post(hub -> hub.close(stream));
  }

  void waiting(long bytes) {
    waitingBytes.addAndGet(bytes);
  }

  void taken(long bytes, boolean wanted) {
    waitingBytes.addAndGet(-bytes);
    if (wanted) {
      roomChanged = true;
      bell.run();
    }
  }

  /** Does what there is to do, within bounds; false if it was nothing. */
  public boolean turn() {
    if (!active && !tasks.isEmpty()) {
      active = true;
      state.resume();
    }
    state.setTime(clock.nanoTime());
    long upTo = offered; // before the batches that lead there
    boolean worked = runTasks();
    worked |= applyBatches();
    if (batches.isEmpty() && upTo > state.processed()) {
      state.skipTo(upTo);
      worked = true;
    }
    if (roomChanged || state.streamsBehind() > 0) {
      roomChanged = false;
      worked |= state.unblock();
    }
    worked |= state.catchUp().scanNext();
    state.flush();
    if (worked) {
      active = state.watchers() > 0;
      stats = state.stats();
    }
    return worked;
  }

  private boolean runTasks() {
    int done = 0;
    for (var task = tasks.poll(); task != null; task = tasks.poll()) {
      task.accept(state);
      if (++done == TASKS_PER_TURN) {
        break;
      }
    }
    return done > 0;
  }

  private boolean applyBatches() {
    int done = 0;
    for (var batch = batches.poll(); batch != null; batch = batches.poll()) {
      state.apply(batch);
      batchBytes.addAndGet(-bytes(batch));
      state.flush();
      if (++done == BATCHES_PER_TURN) {
        break;
      }
    }
    return done > 0;
  }

  /** How long the owner may wait after a turn that had nothing to do, unless the bell rings. */
  public long nanosUntilDue() {
    long nanos = Math.min(LONGEST_WAIT_NANOS, state.nanosUntilDue(clock.nanoTime()));
    if (state.streamsBehind() > 0) {
      nanos = Math.min(nanos, ROOM_WAIT_NANOS);
    }
    return nanos;
  }

  /** Whether a turn would do something at once. */
  public boolean hasWork() {
    return !tasks.isEmpty()
        || !batches.isEmpty()
        || roomChanged
        || (active && offered > state.processed());
  }

  /** Reads history for those who are behind. */
  private final class Scans implements CatchUp.Start {
    private final WatchHistory history;
    private final WatchLimits limits;
    private final Executor executor;
    private final SplittableRandom random;
    private final SplittableRandom ownerRandom;

    Scans(
        WatchHistory history,
        WatchLimits limits,
        Executor executor,
        SplittableRandom random,
        SplittableRandom ownerRandom) {
      this.history = history;
      this.limits = limits;
      this.executor = executor;
      this.random = random;
      this.ownerRandom = ownerRandom;
    }

    @Override
    public void scan(List<Lag> lags) {
      executor.execute(
          () -> {
            var result = HistoryScan.run(history, lags, Long.MAX_VALUE, limits, random);
            post(hub -> hub.catchUp().finished(result));
          });
    }

    @Override
    public HistoryScan.Result scanNow(List<Lag> lags, long to) {
      return HistoryScan.run(history, lags, to, limits, ownerRandom);
    }
  }

  /** Takes what it is told at once. */
  private static final class ListenerOutlet implements WatchOutlet {
    private final WatchListener listener;
    private volatile boolean closed;
    private @Nullable WatchStream stream;

    ListenerOutlet(WatchListener listener) {
      this.listener = listener;
    }

    @Override
    public void deliver(List<Delivery> deliveries, int handled) {
      long bytes = 0;
      for (var delivery : deliveries) {
        bytes += delivery.bytes();
        if (!closed) {
          tell(delivery);
        }
      }
      if (stream != null) {
        stream.taken(deliveries.size(), bytes);
      }
    }

    private void tell(Delivery delivery) {
      switch (delivery) {
        case Delivery.Events events ->
            listener.changed(events.events().stream().map(WatchEvent::change).toList());
        case Delivery.Compacted compacted -> listener.compacted(compacted.compactRevision());
        case Delivery.Created _, Delivery.Canceled _, Delivery.Progress _ -> {}
        case Delivery.Refused refused -> listener.refused(refused.reason());
      }
    }
  }
}
