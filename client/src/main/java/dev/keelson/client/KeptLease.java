package dev.keelson.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A lease that the client keeps alive until it is closed or lost. Keys put with it end with it.
 * Thread-safe.
 */
public final class KeptLease implements AutoCloseable {
  /** Why it ended. */
  public enum End {
    /** It was closed here, and given back. */
    CLOSED,
    /** The cluster says that it is gone: revoked by someone, or expired. */
    GONE,
    /**
     * It could not be renewed for the whole of its life. It may still exist for a moment, but
     * nothing may be built on it.
     */
    NOT_RENEWED,
    /** The client was closed, and the lease ends by itself. */
    CLIENT_CLOSED
  }

  private final LeaseKeeper keeper;
  private final Leases leases;
  private final long id;
  private final long ttlNanos;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private volatile long deadline;
  private final AtomicBoolean ended = new AtomicBoolean();

  // Owned by the loop.
  private long asked;
  private boolean waitsForAnswer;
  private long due;

  KeptLease(LeaseKeeper keeper, Leases leases, LeaseGrant grant, long askedAt) {
    this.keeper = keeper;
    this.leases = leases;
    this.id = grant.id();
    this.ttlNanos = grant.ttl().toNanos();
    this.deadline = askedAt + ttlNanos;
    this.due = askedAt + interval();
  }

  public long id() {
    return id;
  }

  /** How long it lives without being renewed. */
  public Duration ttl() {
    return Duration.ofNanos(ttlNanos);
  }

  /**
   * Whether it certainly still exists, by this machine's clock: a renewal counts from when it was
   * asked for, so that this becomes false before the cluster ends the lease.
   */
  public boolean isAlive() {
    return !ended.get() && deadline - keeper.now() > 0;
  }

  /** How long {@link #isAlive} stays true if nothing renews it; zero when it is not alive. */
  public Duration remaining() {
    long left = ended.get() ? 0 : deadline - keeper.now();
    return Duration.ofNanos(Math.max(0, left));
  }

  /** Completes, on the client's executor, when the lease has ended; never exceptionally. */
  public CompletionStage<End> ended() {
    return end.minimalCompletionStage();
  }

  /**
   * Gives the lease back: its keys are deleted. Waits for the answer; when there is none in time
   * the lease ends by itself.
   */
  @Override
  public void close() {
    if (!ended.get()) {
      keeper.forget(this, End.CLOSED);
      try {
        boolean unused = leases.revoke(id);
      } catch (KeelsonException e) {
        keeper.logUnrevoked(id, e);
      }
    }
  }

  // ---- what the keeper does, on the loop

  long interval() {
    return ttlNanos / 3;
  }

  /** When it wants the keeper's attention next. */
  long due() {
    return due;
  }

  void dueAgain(long now) {
    due = Math.min(now + interval(), Math.max(deadline, now + 1));
  }

  boolean isPastDeadline(long now) {
    return now - deadline >= 0;
  }

  /** Whether it was renewed so long ago that the next renewal should be under way. */
  boolean wantsRenewal(long now) {
    return deadline - now < ttlNanos - interval();
  }

  boolean waitsForAnswer() {
    return waitsForAnswer;
  }

  long asked() {
    return asked;
  }

  void asked(long now) {
    asked = now;
    waitsForAnswer = true;
  }

  void unanswered() {
    waitsForAnswer = false;
  }

  void renewed(long seconds) {
    waitsForAnswer = false;
    deadline = asked + Duration.ofSeconds(seconds).toNanos();
  }

  boolean hasEnded() {
    return ended.get();
  }

  /** False when it had ended before. */
  boolean end(End how) {
    // Whoever closes it and the loop that loses it may come at one moment: it ends once.
    boolean first = ended.compareAndSet(false, true);
    if (first) {
      keeper.tell(end, how);
    }
    return first;
  }
}
