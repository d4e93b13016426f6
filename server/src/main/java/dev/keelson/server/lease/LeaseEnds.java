package dev.keelson.server.lease;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.LeaseCheckpoints;
import dev.keelson.api.command.LeaseRevocation;
import dev.keelson.lease.Decisions;
import dev.keelson.lease.Lessor;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.replica.Outcome;

/**
 * Puts in the log what the lessor decides: at a pace that leaves room for the clients' writes,
 * however many leases end at once (L5). Belongs to the lease thread.
 */
final class LeaseEnds {
  private static final int MAX_UNDER_WAY = 16;
  private static final int MAX_IN_WINDOW = 500;
  private static final long WINDOW_NANOS = 500_000_000;
  private static final long RETRY_NANOS = 500_000_000;

  private final Lessor lessor;
  private final LeaseOffice office;
  private final LeaseParts parts;
  private int underWay;
  private int inWindow;
  private long windowEndNanos;

  LeaseEnds(Lessor lessor, LeaseOffice office, LeaseParts parts) {
    this.lessor = lessor;
    this.office = office;
    this.parts = parts;
  }

  /** Decides about what has come due. */
  void pursue() {
    long now = parts.now();
    if (lessor.nextDueNanos() > now || !office.isHeld()) {
      return;
    }
    if (now >= windowEndNanos) {
      windowEndNanos = now + WINDOW_NANOS;
      inWindow = 0;
    }
    var decisions = lessor.decide(now, room());
    inWindow += decisions.expiries().size();
    decisions.expiries().forEach(this::propose);
    if (!decisions.checkpoints().isEmpty()) {
      propose(decisions);
    }
  }

  /** When there is next something to do here, as far as the time alone tells. */
  long nextNanos() {
    long due = lessor.nextDueNanos();
    if (underWay == MAX_UNDER_WAY) {
      return Long.MAX_VALUE; // the end of one of them wakes the thread
    }
    return inWindow == MAX_IN_WINDOW ? Math.max(due, windowEndNanos) : due;
  }

  private int room() {
    return Math.min(MAX_UNDER_WAY - underWay, MAX_IN_WINDOW - inWindow);
  }

  private void propose(Decisions.Expiry expiry) {
    underWay++;
    var decided =
        LeaseRevocation.Expiry.newBuilder().setTerm(office.term()).setEpoch(expiry.epoch());
    var revocation = LeaseRevocation.newBuilder().setLeaseId(expiry.id()).setExpiry(decided);
    parts
        .replica()
        .proposeAsLeader(
            Command.newBuilder().setLeaseRevocation(revocation).build(),
            outcome -> parts.owner().execute(() -> ended(expiry.id(), outcome)));
  }

  private void ended(long id, Outcome<ApplyResult> outcome) {
    underWay--;
    if (!lessor.contains(id)) {
      parts.counters().expired().increment();
      return;
    }
    // Decided upon what is no longer true: the lessor judges anew, at once; refused: later.
    boolean applied = outcome instanceof Outcome.Success<ApplyResult>(ApplyResult.LeaseDone(_));
    lessor.reconsider(id, parts.now() + (applied ? 0 : RETRY_NANOS));
  }

  private void propose(Decisions decisions) {
    var command = LeaseCheckpoints.newBuilder().setTerm(office.term());
    for (var checkpoint : decisions.checkpoints()) {
      command
          .addCheckpointsBuilder()
          .setLeaseId(checkpoint.id())
          .setEpoch(checkpoint.epoch())
          .setRemainingSeconds(checkpoint.remainingSeconds());
    }
    // If it fails, the next one records the lease.
    parts
        .replica()
        .proposeAsLeader(Command.newBuilder().setLeaseCheckpoints(command).build(), _ -> {});
  }
}
