package dev.keelson.raft;

import dev.keelson.raft.membership.MembershipChange;
import java.util.List;

/** What members tell each other. Every message carries its sender, its addressee and a term. */
public sealed interface Message {
  long from();

  long to();

  long term();

  /**
   * Raft's RequestVote, and its pre-vote (dissertation 9.6).
   *
   * @param term the term stood for; of a pre-vote, the one that would be stood for
   * @param last the end of the candidate's log
   * @param transfer whether the leader itself asked for this election, so that stickiness is waived
   */
  record VoteRequest(
      long from, long to, long term, boolean preVote, LogPosition last, boolean transfer)
      implements Message {}

  /**
   * The answer to a vote request.
   *
   * @param term of a granted pre-vote, the term asked for; otherwise the voter's own, so that a
   *     refusal teaches a higher term
   */
  record VoteResponse(long from, long to, long term, boolean preVote, boolean granted)
      implements Message {}

  /** Raft's AppendEntries with entries, or empty to probe. */
  record AppendRequest(
      long from, long to, long term, LogPosition previous, List<Entry> entries, long commit)
      implements Message {
    public AppendRequest {
      entries = List.copyOf(entries);
    }
  }

  /** All entries up to the match index are durable at the sender and equal to the leader's. */
  record AppendAccepted(long from, long to, long term, long matchIndex) implements Message {}

  /**
   * The entry before the request's first is not there.
   *
   * @param rejectedIndex the previous index of the request this answers
   * @param hint the last position in the sender's log at which it may agree with the leader
   */
  record AppendRejected(long from, long to, long term, long rejectedIndex, LogPosition hint)
      implements Message {}

  /**
   * Keeps followers from standing, and confirms leadership for reads (dissertation 6.4).
   *
   * @param commit never beyond what the addressee is known to hold
   * @param readRound the latest read round of this leader's term; 0 if none was begun
   */
  record Heartbeat(long from, long to, long term, long commit, long readRound) implements Message {}

  /** Answers a heartbeat; echoes its read round. */
  record HeartbeatResponse(long from, long to, long term, long readRound) implements Message {}

  /** A follower asks the leader for a read index. */
  record ReadIndexRequest(long from, long to, long term, long readId) implements Message {}

  /** The leader's answer, after a quorum confirmed it. */
  record ReadIndexResponse(long from, long to, long term, long readId, long index)
      implements Message {}

  /** A follower passes its clients' proposals on. */
  record ForwardProposals(long from, long to, long term, List<Proposal> proposals)
      implements Message {
    public ForwardProposals {
      proposals = List.copyOf(proposals);
    }
  }

  /** A follower passes on a change of the members. */
  record ForwardChange(long from, long to, long term, MembershipChange change) implements Message {}

  /** The leader appended none of the forwarded proposals that are named here. */
  record ForwardRejected(
      long from, long to, long term, List<Long> proposalIds, Effect.ProposalRejection reason)
      implements Message {
    public ForwardRejected {
      proposalIds = List.copyOf(proposalIds);
    }
  }

  /**
   * A snapshot of the leader has arrived, whole and verified. The transport delivers it in place of
   * the stream of files.
   */
  record SnapshotArrived(long from, long to, long term, SnapshotDescriptor snapshot)
      implements Message {}

  /** Stand for election at once (dissertation 3.10). */
  record TimeoutNow(long from, long to, long term) implements Message {}
}
