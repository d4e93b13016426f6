package dev.keelson.raft.role;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Effect.ReadFailure;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.membership.MembershipChange;
import java.util.ArrayList;
import java.util.List;

/** What a member that does not lead does with the requests of its clients: it asks the leader. */
final class Petitions {
  private final MemberState member;
  private final Standing standing;
  private int ticksSinceRequest;

  // Of the term that this member led last.
  private long termLed;
  private RecentForwards takenThen = new RecentForwards();

  Petitions(MemberState member, Standing standing) {
    this.member = member;
    this.standing = standing;
  }

  /** Passes proposals on, once: one that was lost on its way is never sent a second time. */
  void propose(List<Proposal> proposals) {
    var forwarded = new ArrayList<Proposal>(proposals.size());
    var refused = new ArrayList<Long>();
    for (var proposal : proposals) {
      if (proposal.forwardable()) {
        forwarded.add(proposal);
      } else {
        refused.add(proposal.id());
      }
    }
    reject(refused, ProposalRejection.NOT_LEADER);
    long leader = standing.leaderId();
    if (leader == 0) {
      reject(idsOf(forwarded), ProposalRejection.NO_LEADER);
    } else if (!forwarded.isEmpty()) {
      member.outbox.send(
          new Message.ForwardProposals(member.id(), leader, member.term(), forwarded));
    }
  }

  /** This member leaves office, in which it has taken these. */
  void tookInOffice(long term, RecentForwards taken) {
    termLed = term;
    takenThen = taken;
  }

  /**
   * Proposals for the leader of an earlier term, perhaps this member: it alone can tell that it has
   * taken no copy of them, and by now nobody will.
   */
  void lateForward(Message.ForwardProposals forwarded) {
    var proposals = forwarded.proposals();
    if (forwarded.term() != termLed
        || proposals.isEmpty()
        || takenThen.mayContain(forwarded.from(), proposals.getFirst().id())) {
      return;
    }
    member.outbox.send(
        new Message.ForwardRejected(
            member.id(),
            forwarded.from(),
            member.term(),
            idsOf(proposals),
            ProposalRejection.TRANSFERRING));
  }

  /** Passes a change on, once. */
  void change(MembershipChange change) {
    long leader = standing.leaderId();
    if (leader == 0) {
      reject(List.of(change.id()), ProposalRejection.NO_LEADER);
    } else {
      member.outbox.send(new Message.ForwardChange(member.id(), leader, member.term(), change));
    }
  }

  void forwardRejected(Message.ForwardRejected answer) {
    reject(answer.proposalIds(), answer.reason());
  }

  static List<Long> idsOf(List<Proposal> proposals) {
    var ids = new ArrayList<Long>(proposals.size());
    for (var proposal : proposals) {
      ids.add(proposal.id());
    }
    return ids;
  }

  private void reject(List<Long> proposalIds, ProposalRejection reason) {
    if (!proposalIds.isEmpty()) {
      member.outbox.add(new Effect.RejectProposals(proposalIds, reason));
    }
  }

  void read(long readId) {
    if (!member.reads.add(readId)) {
      member.outbox.add(new Effect.FailRead(readId, ReadFailure.OVERLOADED));
      return;
    }
    requestIndex();
  }

  void readIndexResponse(Message.ReadIndexResponse answer) {
    for (long readId : member.reads.answered(answer.readId())) {
      member.outbox.add(new Effect.ServeRead(readId, answer.index()));
    }
  }

  /** A request or its answer may have been lost: asking again is always safe. */
  void tick() {
    for (long readId : member.reads.tick()) {
      member.outbox.add(new Effect.FailRead(readId, ReadFailure.LEADER_CHANGED));
    }
    if (++ticksSinceRequest > member.config.heartbeatTicks()) {
      requestIndex();
    }
  }

  /** Reads that asked a leader fail with it; those that found none go to the new one. */
  void leaderChanged(long before) {
    if (before != 0) {
      for (long readId : member.reads.takeAll()) {
        member.outbox.add(new Effect.FailRead(readId, ReadFailure.LEADER_CHANGED));
      }
    }
    requestIndex();
  }

  private void requestIndex() {
    long leader = standing.leaderId();
    if (leader != 0 && !member.reads.isEmpty()) {
      ticksSinceRequest = 0;
      member.outbox.send(
          new Message.ReadIndexRequest(
              member.id(), leader, member.term(), member.reads.requestId()));
    }
  }
}
