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
import dev.keelson.server.time.Scheduling;
import dev.keelson.server.transport.LeaseCourier;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.StoredLease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that keeps the time of leases ("keelson-lease"). Everything it must hear waits in one
 * queue, so that it knows of a lease before it is asked about it. Other threads only add to the
 * queue, within bounds.
 */
public final class LeaseKeeper implements Leases, LeaseListener, AutoCloseable {
  private static final long TICK_NANOS = 100_000_000;
  private static final long SHORTEST_WAIT_NANOS = 1_000_000;
  private static final int MAX_QUESTIONS = 100_000;
  private static final int MAX_PEER_FRAMES = 1_024;
  private static final int MAX_CHANGES = 4_096;
  private static final long WAIT_FOR_ROOM_MILLIS = 100;

  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Semaphore peerFrames = new Semaphore(MAX_PEER_FRAMES);
  private final Semaphore changes = new Semaphore(MAX_CHANGES);
  private final LeaseParts parts;
  private final MemberFailure failure;
  private final long electionNanos;
  private final Lessor lessor;
  private final LeaseOffice office;
  private final LeaseDesk desk;
  private final LeaseEnds ends;
  private final Thread thread;
  private long nextTickNanos;
  private volatile boolean open = true;
  private volatile int count;

  /**
   * What the keeper of a member is made of.
   *
   * @param requestTimeoutNanos how long a question may wait for its answer
   * @param electionNanos the election timeout
   */
  public record Timing(long requestTimeoutNanos, long electionNanos) {}

  /**
   * A keeper of the store's leases, whose thread is not started yet.
   *
   * @param firstId drawn at random at each start
   */
  public LeaseKeeper(
      MvccStore store,
      Replica replica,
      LeaseCourier courier,
      Timing timing,
      MemberFailure failure,
      Clock clock,
      long firstId) {
    long origin = clock.nanoTime();
    this.parts =
        new LeaseParts(
            replica,
            courier,
            queue::add,
            () -> clock.nanoTime() - origin,
            timing.requestTimeoutNanos,
            new LeaseParts.Counters());
    this.failure = failure;
    this.electionNanos = timing.electionNanos;
    this.lessor = new Lessor(LessorConfig.defaults(electionNanos));
    this.office = new LeaseOffice(lessor, replica::status);
    this.desk = new LeaseDesk(lessor, office, parts, firstId);
    this.ends = new LeaseEnds(lessor, office, parts);
    this.thread = Thread.ofPlatform().name("keelson-lease").unstarted(this::run);
    store.forEachLease(this::put);
    count = lessor.size();
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    open = false;
    queue.add(() -> {});
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
      queue.add(() -> desk.ask(question));
    }
  }

  @Override
  public void list(Completion<List<Long>> completion) {
    if (open) {
      queue.add(() -> completion.complete(new Outcome.Success<>(lessor.ids())));
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
      queue.add(
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
    boolean interrupted = false;
    boolean accepted = false;
    while (!accepted && open) {
      try {
        accepted = changes.tryAcquire(WAIT_FOR_ROOM_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    queue.add(
        () -> {
          changes.release();
          work.run();
        });
  }

  // ---- The lease thread -------------------------------------------------------------------------

  private void run() {
    try {
      var gathered = new ArrayList<Runnable>();
      while (open) {
        var first = await(waitNanos());
        if (first != null) {
          Scheduling.letOthersRun(); // batches come from load
          gathered.add(first);
          queue.drainTo(gathered);
          gathered.forEach(Runnable::run);
          gathered.clear();
        }
        work();
      }
      desk.failAll(EtcdError.STOPPED);
    } catch (Throwable cause) {
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

  private @Nullable Runnable await(long nanos) throws InterruptedException {
    long asleepNanos = parts.now();
    var first = queue.poll(nanos, TimeUnit.NANOSECONDS);
    long now = parts.now();
    if (now - asleepNanos > nanos + electionNanos) {
      lessor.resume(now); // TM-pause: who was away has not heard the renewals of that time
    }
    return first;
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
