package dev.keelson.server.lease;

import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.api.status.EtcdError;
import dev.keelson.lease.Lessor;
import dev.keelson.lease.LessorConfig;
import dev.keelson.server.apply.LeaseChange;
import dev.keelson.server.apply.LeaseListener;
import dev.keelson.server.lease.LeaseQuestion.Asker;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.time.Clock;
import dev.keelson.server.transport.LeaseCourier;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.StoredLease;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * The worker that keeps the time of leases ("keelson-lease"). Everything it must hear waits in one
 * queue, so that it knows of a lease before it is asked about it. Other threads only add to the
 * queue, within bounds.
 */
public final class LeaseKeeper implements Leases, LeaseListener, AutoCloseable {
  private static final long TICK_NANOS = 100_000_000;
  private static final long SHORTEST_WAIT_NANOS = 1_000_000;
  private static final int MAX_QUESTIONS = 100_000;
  private static final int MAX_PEER_FRAMES = 1_024;
  private static final int MAX_CHANGES = 4_096;

  private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final Semaphore peerFrames = new Semaphore(MAX_PEER_FRAMES);
  private final Semaphore changes = new Semaphore(MAX_CHANGES);
  private final LeaseParts parts;
  private final MemberFailure failure;
  private final long electionNanos;
  private final Lessor lessor;
  private final LeaseOffice office;
  private final LeaseDesk desk;
  private final LeaseEnds ends;
  private final Worker worker;
  private long nextTickNanos;
  private volatile boolean open = true;
  private volatile int count;

  /**
   * How a keeper tells the time.
   *
   * @param requestTimeoutNanos how long a question may wait for its answer
   * @param electionNanos the election timeout
   * @param checkpointNanos how often the remaining time of a long lease is recorded (L14)
   */
  public record Timing(
      Clock clock, long requestTimeoutNanos, long electionNanos, long checkpointNanos) {}

  /**
   * A keeper of the store's leases, whose worker is not started yet.
   *
   * @param firstId drawn at random at each start
   */
  public LeaseKeeper(
      MvccStore store,
      Replica replica,
      LeaseCourier courier,
      Timing timing,
      MemberFailure failure,
      long firstId,
      Worker worker) {
    var clock = timing.clock;
    long origin = clock.nanoTime();
    this.parts =
        new LeaseParts(
            replica,
            courier,
            this::add,
            () -> clock.nanoTime() - origin,
            timing.requestTimeoutNanos,
            new LeaseParts.Counters());
    this.failure = failure;
    this.worker = worker;
    this.electionNanos = timing.electionNanos;
    this.lessor = new Lessor(LessorConfig.of(electionNanos, timing.checkpointNanos));
    this.office = new LeaseOffice(lessor, replica::status);
    this.desk = new LeaseDesk(lessor, office, parts, firstId);
    this.ends = new LeaseEnds(lessor, office, parts);
    store.forEachLease(this::put);
    count = lessor.size();
  }

  public void start() {
    worker.start(new Rounds());
  }

  @Override
  public void close() {
    open = false;
    worker.close();
  }

  private void add(Runnable work) {
    queue.add(work);
    worker.wake();
  }

  // ---- What clients ask -------------------------------------------------------------------------

  @Override
  public void keepAlive(long leaseId, Completion<LeaseTime> completion) {
    ask(leaseId, true, completion);
  }

  @Override
  public void timeToLive(long leaseId, Completion<LeaseTime> completion) {
    ask(leaseId, false, completion);
  }

  private void ask(long leaseId, boolean renew, Completion<LeaseTime> completion) {
    if (!open) {
      completion.complete(new Outcome.Failure<>(EtcdError.STOPPED));
    } else if (parts.counters().questions().sum() >= MAX_QUESTIONS) {
      completion.complete(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
    } else {
      parts.counters().questions().increment();
      var asker = new Asker.Client(completion);
      var question = new LeaseQuestion(leaseId, renew, parts.deadlineNanos(), asker);
      add(() -> desk.ask(question));
    }
  }

  @Override
  public void list(Completion<List<Long>> completion) {
    if (open) {
      add(() -> completion.complete(new Outcome.Success<>(lessor.ids())));
    } else {
      completion.complete(new Outcome.Failure<>(EtcdError.STOPPED));
    }
  }

  @Override
  public LeaseStats stats() {
    var counters = parts.counters();
    return new LeaseStats(
        count,
        counters.granted().sum(),
        counters.revoked().sum(),
        counters.renewed().sum(),
        counters.expired().sum());
  }

  // ---- What peers say ---------------------------------------------------------------------------

  /** Takes questions in, or drops them: they are asked again. */
  public void onQuestions(long peer, LeaseQuestions questions) {
    onFrame(() -> desk.askedByPeer(peer, questions));
  }

  /** Takes answers in, or drops them: the questions are asked again. */
  public void onAnswers(LeaseAnswers answers) {
    onFrame(() -> desk.answeredByPeer(answers));
  }

  private void onFrame(Runnable work) {
    if (open && peerFrames.tryAcquire()) {
      add(
          () -> {
            peerFrames.release();
            work.run();
          });
    }
  }

  // ---- What the log says ------------------------------------------------------------------------

  @Override
  public void changed(List<LeaseChange> batch) {
    hear(() -> batch.forEach(this::follow));
  }

  @Override
  public void termBegan(long term) {
    hear(() -> office.termBegan(term, parts.now()));
  }

  @Override
  public void replaced(MvccStore installed) {
    var leases = new ArrayList<StoredLease>();
    installed.forEachLease(leases::add);
    hear(
        () -> {
          lessor.clear();
          leases.forEach(this::put);
        });
  }

  /** Waits for room, as long as there is somebody to make it: what the log says is never lost. */
  private void hear(Runnable work) {
    boolean accepted = changes.tryAcquire();
    while (!accepted && open && worker.awaitRound()) {
      accepted = changes.tryAcquire();
    }
    add(
        () -> {
          changes.release();
          work.run();
        });
  }

  // ---- The lease worker -------------------------------------------------------------------------

  private final class Rounds implements Round {
    /** When the round before wanted to be over at the latest. */
    private long expectedNanos = Long.MAX_VALUE;

    @Override
    public long run() {
      long now = parts.now();
      if (now - electionNanos > expectedNanos) {
        lessor.resume(now); // TM-pause: who was away has not heard the renewals of that time
      }
      // What is added meanwhile waits for the next round.
      for (int waiting = queue.size(); waiting > 0; waiting--) {
        queue.remove().run();
      }
      work();
      long nanos = waitNanos();
      expectedNanos = parts.now() + nanos;
      return nanos;
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
      desk.failAll(EtcdError.STOPPED);
    }

    @Override
    public void failed(Throwable cause) {
      open = false;
      failure.memberFailed("keelson-lease", cause);
    }
  }

  private void work() {
    long now = parts.now();
    if (now >= nextTickNanos) {
      nextTickNanos = now + TICK_NANOS;
      desk.tick();
    }
    ends.pursue();
    desk.dispatch();
    count = lessor.size();
  }

  private long waitNanos() {
    long until = Math.min(nextTickNanos, ends.nextNanos());
    return Math.max(SHORTEST_WAIT_NANOS, until - parts.now());
  }

  private void follow(LeaseChange change) {
    switch (change) {
      case LeaseChange.Put(var lease) -> {
        if (!lessor.contains(lease.id())) {
          parts.counters().granted().increment();
        }
        put(lease);
      }
      case LeaseChange.Removed(var id) -> {
        parts.counters().revoked().increment();
        lessor.remove(id);
        desk.removed(id);
      }
    }
  }

  private void put(StoredLease lease) {
    lessor.put(
        lease.id(), lease.ttlSeconds(), lease.remainingSeconds(), lease.epoch(), parts.now());
  }
}
