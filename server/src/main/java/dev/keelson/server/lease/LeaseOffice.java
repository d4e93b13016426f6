package dev.keelson.server.lease;

import dev.keelson.lease.Lessor;
import dev.keelson.raft.RaftStatus;
import java.util.function.Supplier;

/** Whether this member's lessor is the one that counts. Belongs to the lease thread. */
final class LeaseOffice {
  private final Lessor lessor;
  private final Supplier<RaftStatus> status;
  private long term;

  LeaseOffice(Lessor lessor, Supplier<RaftStatus> status) {
    this.lessor = lessor;
    this.status = status;
  }

  /** All entries of earlier terms are applied: if the term is ours, so is the office (L13). */
  void termBegan(long began, long nowNanos) {
    if (isLeaderIn(began)) {
      term = began;
      lessor.promote(nowNanos);
    }
  }

  /** Whether it is held still; lays it down at once if the member was deposed (L5). */
  boolean isHeld() {
    if (!lessor.isPrimary()) {
      return false;
    }
    if (isLeaderIn(term)) {
      return true;
    }
    lessor.demote();
    return false;
  }

  /** The term in which the office was taken. */
  long term() {
    return term;
  }

  private boolean isLeaderIn(long wanted) {
    var now = status.get();
    return now.isLeader() && now.term() == wanted;
  }
}
