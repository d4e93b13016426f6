package dev.keelson.server.apply;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.StateClaim;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.mvcc.StateHash;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker that applies ("keelson-apply"): it takes all committed entries that have gathered,
 * runs them into one atomic write of the store, and then answers their clients.
 */
public final class ApplyLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ApplyLoop.class);

  /** Entries that go into one write of the store. */
  private static final int MAX_BATCH_ENTRIES = 2_048;

  private static final int QUEUE_CAPACITY = 4_096;
  private static final long SLOW_APPLY_NANOS = 100_000_000;

  private final ArrayBlockingQueue<Work> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
  private final LiveStore store;
  private final Quota quota;
  private final Listener listener;
  private final Clock clock;
  private final Worker worker;
  private volatile boolean open = true;
  private final ApplyMeasures measures = new ApplyMeasures();

  /** What applying leads to. Called on the apply thread; must not block. */
  public interface Listener {
    /** Whether a client of this member waits for the result. */
    boolean isAwaited(long requestId);

    /** These changes are visible to readers already. */
    void leasesChanged(List<LeaseChange> changes);

    /** The command's outcome, visible to readers already. */
    void completed(long requestId, ApplyResult result);

    /** The first entry of a leader's term is applied, and with it all that came before. */
    void termBegan(long term);

    /** Everything up to this position is applied and visible: so many entries and bytes more. */
    void applied(LogPosition position, int entries, long bytes);

    /** The state at an index at which all members compare theirs; empty if it is not known. */
    void stateTaken(long index, Optional<StateHash> hash);

    /** What a member says of its state. */
    void claimed(StateClaim claim);

    void failed(Throwable cause);
  }

  private sealed interface Work {
    record Entries(List<Entry> entries) implements Work {}

    record Task(Runnable task) implements Work {}
  }

  /** A loop over this store, not started yet. */
  public ApplyLoop(LiveStore store, Quota quota, Listener listener, Clock clock, Worker worker) {
    this.store = store;
    this.quota = quota;
    this.listener = listener;
    this.clock = clock;
    this.worker = worker;
  }

  public ApplyMeasures measures() {
    return measures;
  }

  /** Hand-overs that wait. */
  public int queued() {
    return queue.size();
  }

  public void start() {
    worker.start(new Rounds());
  }

  /** Hands over committed entries, in order. The node bounds what is under way. */
  public void submit(List<Entry> committed) {
    put(new Work.Entries(committed));
  }

  /** Runs a task between two batches, on the apply thread. */
  public void execute(Runnable task) {
    put(new Work.Task(task));
  }

  /** Applies what was submitted, then ends the worker. */
  @Override
  public void close() {
    open = false;
    worker.close();
  }

  /** Waits for room, as long as there is somebody to make it. */
  private void put(Work work) {
    boolean accepted = open && queue.offer(work);
    while (!accepted && open && worker.awaitRound()) {
      accepted = queue.offer(work);
    }
    worker.wake();
  }

  private final class Rounds implements Round {
    private final ArrayList<Work> gathered = new ArrayList<>();

    @Override
    public long run() {
      if (hasWork()) {
        queue.drainTo(gathered);
        process(gathered);
        gathered.clear();
      }
      return WHEN_WOKEN;
    }

    @Override
    public boolean hasWork() {
      return !queue.isEmpty();
    }

    @Override
    public boolean gathersLoad() {
      return true; // batches come from load
    }

    @Override
    public void end() {
      run();
    }

    @Override
    public void failed(Throwable cause) {
      listener.failed(cause);
    }
  }

  private void process(List<Work> gathered) {
    var batch = new Batch();
    for (var work : gathered) {
      switch (work) {
        case Work.Entries(var entries) -> {
          for (var entry : entries) {
            batch.apply(entry);
          }
        }
        case Work.Task(var task) -> {
          batch.commit();
          task.run();
        }
      }
    }
    batch.commit();
  }

  /** Entries that become durable and visible together, and the answers that wait for that. */
  private final class Batch {
    private final List<Answer> answers = new ArrayList<>();
    private Applier applier = store.applier();
    private LogPosition last = store.current().applied();
    private int entries;
    private long bytes;
    private boolean membersChanged;
    private long startNanos = clock.nanoTime();

    void apply(Entry entry) {
      Invariant.check(
          entry.index() == last.index() + 1, "apply of %d after %d", entry.index(), last.index());
      switch (entry.type()) {
        case COMMAND -> {
          var command = CommandCodec.decode(entry.payload());
          if (command.hasStateClaim()) {
            listener.claimed(command.getStateClaim());
          }
          boolean awaited = listener.isAwaited(command.getRequestId());
          var result = applier.apply(command, entry.position(), awaited);
          if (awaited) {
            answers.add(new Answer.Result(command.getRequestId(), judged(command, entry, result)));
          }
        }
        case NO_OP -> answers.add(new Answer.TermBegan(entry.term()));
        case CONFIGURATION ->
            applier
                .configure(entry.payload())
                .ifPresent(
                    done -> {
                      membersChanged = true;
                      var result = new ApplyResult.MembersChanged(done.table());
                      answers.add(new Answer.Result(done.requestId(), result));
                    });
      }
      last = entry.position();
      if (StateComparison.isDue(last.index())) {
        listener.stateTaken(last.index(), store.current().takeStateHash(last));
      }
      bytes += entry.payload().length();
      if (++entries >= MAX_BATCH_ENTRIES) {
        commit();
      }
    }

    /**
     * Q6: what passed the door and found the quota full here is applied, as on the other members,
     * but its client hears of it, and so do all members. Nothing but the answer depends on it.
     */
    private ApplyResult judged(Command command, Entry entry, ApplyResult result) {
      if (result instanceof ApplyResult.Refused || quota.admits(Charge.of(command))) {
        return result;
      }
      log.warn("answered NOSPACE to a write that is applied index={}", entry.index());
      return new ApplyResult.Refused(EtcdError.NO_SPACE);
    }

    void commit() {
      if (entries > 0) {
        long commitNanos = clock.nanoTime();
        store.auth().announce(); // a reader of the new state must not be judged by the old one
        var changes = store.current().commitBatch(last);
        store.auth().post(); // nor the other way round (I21)
        measures.committed(clock.nanoTime() - commitNanos);
        var leaseChanges = applier.takeLeaseChanges();
        if (!leaseChanges.isEmpty()) {
          listener.leasesChanged(leaseChanges); // before anybody hears of a grant (L9)
        }
        store.announce(changes); // before anybody hears of the new revision
        for (var answer : answers) {
          answer.giveTo(listener);
        }
        listener.applied(last, entries, bytes);
        if (membersChanged) {
          store.members().announce();
        }
        measure();
      }
      answers.clear();
      membersChanged = false;
      entries = 0;
      bytes = 0;
      startNanos = clock.nanoTime();
    }

    private void measure() {
      long nanos = clock.nanoTime() - startNanos;
      measures.applied(entries, nanos, nanos > SLOW_APPLY_NANOS);
      if (nanos > SLOW_APPLY_NANOS) {
        log.warn("slow apply ms={} entries={} index={}", nanos / 1_000_000, entries, last.index());
      }
    }
  }

  private sealed interface Answer {
    void giveTo(Listener listener);

    record Result(long requestId, ApplyResult result) implements Answer {
      @Override
      public void giveTo(Listener listener) {
        listener.completed(requestId, result);
      }
    }

    record TermBegan(long term) implements Answer {
      @Override
      public void giveTo(Listener listener) {
        listener.termBegan(term);
      }
    }
  }
}
