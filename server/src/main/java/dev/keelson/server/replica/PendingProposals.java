package dev.keelson.server.replica;

import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.ApplyResult;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The clients that wait for a command to be applied, by request id. Clients' threads add, the apply
 * thread completes, the replica thread expires; whoever removes an entry answers it, so that each
 * is answered once. Bounded.
 */
public final class PendingProposals {
  private final int limit;
  private final ConcurrentHashMap<Long, Waiter> waiters = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Deadline> byDeadline = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final LongAdder failed = new LongAdder();

  /**
   * An empty table.
   *
   * @param limit most clients that may wait at once
   */
  public PendingProposals(int limit) {
    this.limit = limit;
  }

  /** False when full: nothing was added. */
  boolean add(long requestId, Completion<ApplyResult> completion, long deadlineNanos) {
    boolean added = addForever(requestId, completion);
    if (added) {
      byDeadline.add(new Deadline(requestId, deadlineNanos));
    }
    return added;
  }

  /** As {@link #add}, for one whose time does not end. */
  boolean addForever(long requestId, Completion<ApplyResult> completion) {
    if (count.incrementAndGet() > limit) {
      count.decrementAndGet();
      failed.increment();
      return false;
    }
    waiters.put(requestId, new Waiter(requestId, completion));
    return true;
  }

  /** Whether somebody here waits for this command's result. */
  public boolean isAwaited(long requestId) {
    return waiters.containsKey(requestId);
  }

  /** Answers the client, if it is one of ours and still waits. */
  public void complete(long requestId, ApplyResult result) {
    var waiter = remove(requestId);
    if (waiter != null) {
      waiter.completion.complete(new Outcome.Success<>(result));
    }
  }

  void fail(long requestId, EtcdError error) {
    var waiter = remove(requestId);
    if (waiter != null) {
      failed.increment();
      waiter.completion.complete(new Outcome.Failure<>(error));
    }
  }

  /** Ends the wait of a client that has gone: what it asked for is not to be proposed. */
  boolean dropIfCancelled(long requestId) {
    var waiter = waiters.get(requestId);
    if (waiter == null || !waiter.completion.isCancelled()) {
      return false;
    }
    fail(requestId, EtcdError.CANCELED);
    return true;
  }

  /** Marks what the node took in this term; called by the replica thread before the step. */
  void handedOver(long requestId, long term) {
    var waiter = waiters.get(requestId);
    if (waiter != null) {
      waiter.term = term;
    }
  }

  /** Marks what the node gave back untouched. */
  void takenBack(long requestId) {
    handedOver(requestId, Waiter.NOT_PROPOSED);
  }

  /**
   * A leader of this term has committed, and all before its first entry is applied: what was
   * proposed in an earlier term and is not among it will never be.
   */
  public void failOlderThan(long term) {
    for (var waiter : waiters.values()) {
      if (waiter.term != Waiter.NOT_PROPOSED && waiter.term < term) {
        fail(waiter.requestId, EtcdError.TIMEOUT_DUE_TO_LEADER_FAIL);
      }
    }
  }

  /** Answers those whose time is over. Deadlines rise with the order of adding. */
  void expire(long nowNanos) {
    for (var next = byDeadline.peek(); next != null; next = byDeadline.peek()) {
      var waiter = waiters.get(next.requestId);
      if (waiter != null && next.nanos - nowNanos > 0) {
        return;
      }
      byDeadline.poll();
      if (waiter != null) {
        fail(
            waiter.requestId,
            waiter.term == Waiter.NOT_PROPOSED ? EtcdError.DEADLINE_EXCEEDED : EtcdError.TIMEOUT);
      }
    }
  }

  void failAll(EtcdError error) {
    for (var requestId : waiters.keySet()) {
      fail(requestId, error);
    }
  }

  /** Clients that wait now. */
  public int size() {
    return count.get();
  }

  /** Clients that were told that their command failed, or may have; not those it refused. */
  public long failed() {
    return failed.sum();
  }

  private @Nullable Waiter remove(long requestId) {
    var waiter = waiters.remove(requestId);
    if (waiter != null) {
      count.decrementAndGet();
    }
    return waiter;
  }

  /** Holds no reference to the client: one slow proposal keeps many of these alive behind it. */
  private record Deadline(long requestId, long nanos) {}

  private static final class Waiter {
    static final long NOT_PROPOSED = -1;

    final long requestId;
    final Completion<ApplyResult> completion;
    volatile long term = NOT_PROPOSED;

    Waiter(long requestId, Completion<ApplyResult> completion) {
      this.requestId = requestId;
      this.completion = completion;
    }
  }
}
