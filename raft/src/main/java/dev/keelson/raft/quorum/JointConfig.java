package dev.keelson.raft.quorum;

import dev.keelson.raft.membership.Configuration;
import java.util.function.LongUnaryOperator;

/**
 * The voters of a configuration. In joint consensus both halves must agree (Raft 6). Immutable.
 *
 * <p>A configuration without voters, as of a member that has not yet heard from its group, decides
 * nothing: a vote is lost, an index never reached.
 */
public final class JointConfig {
  private final MajorityConfig incoming;
  private final MajorityConfig outgoing;

  private JointConfig(MajorityConfig incoming, MajorityConfig outgoing) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  public static JointConfig of(Configuration configuration) {
    return new JointConfig(
        new MajorityConfig(configuration.voters()), new MajorityConfig(configuration.outgoing()));
  }

  public VoteResult result(Votes votes) {
    if (incoming.isEmpty()) {
      return VoteResult.LOST;
    }
    var first = incoming.result(votes);
    if (outgoing.isEmpty()) {
      return first;
    }
    var second = outgoing.result(votes);
    if (first == VoteResult.LOST || second == VoteResult.LOST) {
      return VoteResult.LOST;
    }
    return first == VoteResult.WON ? second : VoteResult.PENDING;
  }

  /** The highest index that a quorum has reached. */
  public long reachedIndex(LongUnaryOperator indexOf) {
    if (incoming.isEmpty()) {
      return 0;
    }
    long index = incoming.reachedIndex(indexOf);
    return outgoing.isEmpty() ? index : Math.min(index, outgoing.reachedIndex(indexOf));
  }
}
