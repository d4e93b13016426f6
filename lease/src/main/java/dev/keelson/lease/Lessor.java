package dev.keelson.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the time of all leases. Every member's lessor follows the log ({@link #put}, {@link
 * #remove}); only that of a leader which has applied all earlier terms is primary, knows deadlines,
 * renews and decides about ends (L5). Deadlines are its memory alone: a new one begins them anew,
 * on the late side (L13).
 *
 * <p>Times are those of one monotonic clock that began near 0. Belongs to one owner.
 */
public final class Lessor {
  private static final long SECOND = 1_000_000_000;

  /** L13: from this many leases on, a new leader spreads their ends. */
  private static final int SPREAD_FROM = 1_000;

  private static final long SPREAD_NANOS = SECOND / 750;

  /** Leases looked at in one {@link #decide}: most of them were renewed and only move back. */
  private static final int MAX_LOOKS = 20_000;

  private static final int MAX_CHECKPOINTS = 1_000;
  private static final long CHECKPOINT_SPREAD_NANOS = SECOND / 2_000;

  private final LessorConfig config;
  private final Map<Long, Lease> leases = new HashMap<>();
  private final ExpiryQueue queue = new ExpiryQueue();
  private boolean primary;

  public Lessor(LessorConfig config) {
    this.config = config;
  }

  // ---- What the log says ------------------------------------------------------------------------

  /**
   * A lease was granted, or its record has changed.
   *
   * @param remainingSeconds of its last checkpoint; 0 for none
   */
  public void put(long id, long ttlSeconds, long remainingSeconds, long epoch, long nowNanos) {
    var known = leases.get(id);
    var lease = known == null ? new Lease(id) : known;
    lease.ttlSeconds = ttlSeconds;
    lease.remainingSeconds = remainingSeconds;
    lease.epoch = epoch;
    lease.checkpointing = false;
    if (known == null) {
      leases.put(id, lease);
      lease.deadlineNanos = after(nowNanos, leftSeconds(lease));
    }
    if (primary && !lease.expiring) {
      scheduleCheckpoint(lease, nowNanos);
      queue.queue(lease, lease.dueNanos());
    }
  }

  /** A lease is gone. */
  public void remove(long id) {
    var lease = leases.remove(id);
    if (lease != null) {
      queue.remove(lease);
    }
  }

  /** All leases are gone: others follow, from a snapshot. */
  public void clear() {
    demote();
    leases.clear();
  }

  public int size() {
    return leases.size();
  }

  public boolean contains(long id) {
    return leases.containsKey(id);
  }

  // ---- Office -----------------------------------------------------------------------------------

  public boolean isPrimary() {
    return primary;
  }

  /**
   * Begins all deadlines anew, for a new leader that has applied all earlier terms: what was
   * decided in those has had its effect, or never will (L13).
   */
  public void promote(long nowNanos) {
    primary = true;
    for (var lease : leases.values()) {
      lease.expiring = false;
      lease.checkpointing = false;
    }
    beginAnew(nowNanos);
  }

  /**
   * As {@link #promote}, in the midst of an office, after a pause in which no renewal could be
   * heard (TM-pause). What was decided before may still take effect: it stands.
   */
  public void resume(long nowNanos) {
    if (primary) {
      beginAnew(nowNanos);
    }
  }

  private void beginAnew(long nowNanos) {
    var order = new ArrayList<Lease>(leases.values());
    for (var lease : order) {
      if (!lease.expiring) { // else it has no time left, whatever comes of the decision
        lease.deadlineNanos = plus(after(nowNanos, leftSeconds(lease)), config.extensionNanos());
      }
    }
    // The order of equal ones must not depend on the table's.
    order.sort(Comparator.comparingLong(Lease::deadlineNanos).thenComparingLong(Lease::id));
    if (order.size() >= SPREAD_FROM) {
      spread(order);
    }
    for (int i = 0; i < order.size(); i++) {
      var lease = order.get(i);
      scheduleCheckpoint(lease, nowNanos);
      lease.checkpointNanos = plus(lease.checkpointNanos, i * CHECKPOINT_SPREAD_NANOS);
      lease.queuedNanos = lease.expiring ? nowNanos : lease.dueNanos();
    }
    order.sort(Comparator.comparingLong(lease -> lease.queuedNanos));
    queue.refill(order);
  }

  private static void spread(List<Lease> byDeadline) {
    long earliest = 0;
    for (var lease : byDeadline) {
      lease.deadlineNanos = Math.max(lease.deadlineNanos, earliest);
      earliest = plus(lease.deadlineNanos, SPREAD_NANOS);
    }
  }

  /** Forgets all deadlines: somebody else is leader, or nobody. */
  public void demote() {
    primary = false;
    queue.clear();
  }

  // ---- The leader -------------------------------------------------------------------------------

  /** Gives a lease its whole time again. Leadership must have been confirmed since the request. */
  public Renewal renew(long id, long nowNanos) {
    if (!primary) {
      return new Renewal.NotPrimary();
    }
    var lease = leases.get(id);
    if (lease == null) {
      return new Renewal.NotFound();
    }
    if (lease.expiring || lease.deadlineNanos <= nowNanos) {
      return new Renewal.Ending();
    }
    // A deadline that a change of leaders has put off is never brought forward.
    lease.deadlineNanos = Math.max(lease.deadlineNanos, after(nowNanos, lease.ttlSeconds));
    scheduleCheckpoint(lease, nowNanos);
    boolean recorded = lease.remainingSeconds != 0 || lease.checkpointing;
    return new Renewal.Renewed(lease.ttlSeconds, recorded);
  }

  public Remaining timeToLive(long id, long nowNanos) {
    if (!primary) {
      return new Remaining.NotPrimary();
    }
    var lease = leases.get(id);
    if (lease == null) {
      return new Remaining.NotFound();
    }
    long nanos = Math.max(0, lease.deadlineNanos - nowNanos);
    return new Remaining.Living(nanos / SECOND, lease.ttlSeconds);
  }

  /**
   * What has come due, once: an expiry comes again only after the retry time, or after {@link
   * #reconsider}.
   *
   * @param maxExpiries how many may be taken on now; what is left over stays due
   */
  public Decisions decide(long nowNanos, int maxExpiries) {
    var expiries = new ArrayList<Decisions.Expiry>();
    var checkpoints = new ArrayList<Decisions.Checkpoint>();
    for (int looks = 0; looks < MAX_LOOKS && queue.hasDue(nowNanos); looks++) {
      var lease = queue.first();
      if (lease.expiring || lease.deadlineNanos <= nowNanos) {
        if (expiries.size() >= maxExpiries) {
          break;
        }
        lease.expiring = true;
        expiries.add(new Decisions.Expiry(lease.id, lease.epoch));
        queue.queue(lease, plus(nowNanos, config.retryNanos()));
      } else if (lease.checkpointNanos <= nowNanos) {
        if (checkpoints.size() < MAX_CHECKPOINTS) {
          checkpoint(lease, nowNanos, checkpoints);
        } else {
          lease.checkpointNanos = plus(nowNanos, SECOND); // ends are never kept waiting
        }
        queue.queue(lease, lease.dueNanos());
      } else {
        queue.queue(lease, lease.dueNanos()); // it was renewed since it was queued
      }
    }
    return new Decisions(expiries, checkpoints);
  }

  private void checkpoint(Lease lease, long nowNanos, List<Decisions.Checkpoint> checkpoints) {
    long seconds = ceilSeconds(lease.deadlineNanos - nowNanos);
    scheduleCheckpoint(lease, nowNanos);
    if (seconds < leftSeconds(lease)) {
      lease.checkpointing = true;
      checkpoints.add(new Decisions.Checkpoint(lease.id, lease.epoch, seconds));
    }
  }

  /** An expiry that was handed out had no effect on the lease: it is decided about again. */
  public void reconsider(long id, long nowNanos) {
    var lease = leases.get(id);
    if (primary && lease != null && lease.expiring) {
      queue.queue(lease, nowNanos);
    }
  }

  /** When {@link #decide} has something to do; far away if nothing is known. */
  public long nextDueNanos() {
    return primary && queue.size() > 0 ? queue.first().queuedNanos : Lease.NEVER;
  }

  /** All leases: those of a primary by the time they have left, others by id (L11). */
  public List<Long> ids() {
    var order = Comparator.comparingLong(Lease::id);
    if (primary) {
      order = Comparator.comparingLong(Lease::deadlineNanos).thenComparing(order);
    }
    return leases.values().stream().sorted(order).map(Lease::id).toList();
  }

  private void scheduleCheckpoint(Lease lease, long nowNanos) {
    boolean isLong = lease.deadlineNanos - nowNanos > config.checkpointNanos();
    lease.checkpointNanos = isLong ? plus(nowNanos, config.checkpointNanos()) : Lease.NEVER;
  }

  private static long leftSeconds(Lease lease) {
    return lease.remainingSeconds > 0 ? lease.remainingSeconds : lease.ttlSeconds;
  }

  private static long after(long nowNanos, long seconds) {
    long nanos = seconds > Long.MAX_VALUE / SECOND ? Long.MAX_VALUE : seconds * SECOND;
    return plus(nowNanos, nanos);
  }

  /** A sum that stays below {@link Lease#NEVER} rather than turn negative: 9e9 s are 285 years. */
  private static long plus(long nanos, long added) {
    long sum = nanos + added;
    return ((nanos ^ sum) & (added ^ sum)) < 0 ? Lease.NEVER - 1 : Math.min(sum, Lease.NEVER - 1);
  }

  private static long ceilSeconds(long nanos) {
    return nanos / SECOND + (nanos % SECOND > 0 ? 1 : 0);
  }
}
