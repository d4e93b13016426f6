package dev.keelson.raft.role;

import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.MembershipChange;
import java.util.List;

/**
 * What a member does differently by its role. Messages arrive here only if they are of the present
 * term; what a role does not override does not concern it.
 */
sealed interface RoleBehaviour permits Follower, Learner, PreCandidate, Candidate, Leader {
  Role role();

  void tick();

  void propose(List<Proposal> proposals);

  void change(MembershipChange change);

  void read(long readId);

  /** More of the log, or the vote, is durable. */
  default void persisted() {}

  /** Another configuration is in force. */
  default void configurationChanged() {}

  /** Another role follows. */
  default void leave() {}

  default void voteResponse(Message.VoteResponse response) {}

  default void appendAccepted(Message.AppendAccepted answer) {}

  default void appendRejected(Message.AppendRejected answer) {}

  default void heartbeatResponse(Message.HeartbeatResponse answer) {}

  default void readIndexRequest(Message.ReadIndexRequest request) {}

  default void forwardProposals(Message.ForwardProposals forwarded) {}

  default void forwardChange(Message.ForwardChange forwarded) {}

  default void timeoutNow(Message.TimeoutNow request) {}

  default void transferLeadership(long target) {}

  default void standDown() {}

  default void peerUnreachable(long peer) {}

  default void snapshotShipped(long peer, long snapshotIndex, boolean delivered) {}
}
