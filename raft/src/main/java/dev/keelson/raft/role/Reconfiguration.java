package dev.keelson.raft.role;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.raft.membership.MembershipChange;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/**
 * How a leader changes the configuration: one change at a time, each step committed before the next
 * is appended, so that of all configurations in use any two have quorums that meet (dissertation 4;
 * reliability.md I11).
 */
final class Reconfiguration {
  /** A learner votes once it holds this much of the log (MB10). */
  private static final double READY = 0.9;

  private final MemberState member;
  private final LongUnaryOperator matchOf;

  /**
   * The changes of one leader.
   *
   * @param matchOf what each member certainly holds
   */
  Reconfiguration(MemberState member, LongUnaryOperator matchOf) {
    this.member = member;
    this.matchOf = matchOf;
  }

  /**
   * Why the change cannot be made now; empty if it can.
   *
   * @param committedInTerm whether this leader has committed an entry of its own term: before that
   *     an older change that it does not know may still be committed (Ongaro 2015)
   */
  Optional<ProposalRejection> judge(MembershipChange change, boolean committedInTerm) {
    var present = member.membership.current();
    if (!committedInTerm || !isSettled()) {
      return Optional.of(ProposalRejection.CHANGE_UNDER_WAY);
    }
    if (!change.isPossible(present)) {
      return Optional.of(ProposalRejection.CONFIGURATION_CHANGED);
    }
    double needed = READY * member.log.durableIndex();
    for (long learner : change.promoted(present)) {
      if (matchOf.applyAsLong(learner) < needed) {
        return Optional.of(ProposalRejection.LEARNER_NOT_READY);
      }
    }
    return Optional.empty();
  }

  private boolean isSettled() {
    return isCommitted() && member.membership.current().next().isEmpty();
  }

  private boolean isCommitted() {
    return member.membership.currentIndex() <= member.log.commit();
  }

  /** The entry that begins the change. */
  Entry begin(MembershipChange change) {
    return entry(change.firstStep(member.membership.current()), change.note());
  }

  /**
   * The entry that goes on with a change, whoever began it; empty if there is nothing to do now.
   */
  Optional<Entry> nextStep() {
    return isCommitted()
        ? member.membership.current().next().map(next -> entry(next, Bytes.EMPTY))
        : Optional.empty();
  }

  private Entry entry(Configuration configuration, Bytes note) {
    return new Entry(
        member.term(),
        member.log.lastIndex() + 1,
        EntryType.CONFIGURATION,
        ConfigurationCodec.encode(configuration, note));
  }
}
