package dev.keelson.raft.role;

import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.MembershipChange;
import dev.keelson.raft.quorum.VoteTally;
import java.util.List;

/** Stands for election in its term (Raft 5.2). */
final class Candidate implements RoleBehaviour {
  private final MemberState member;
  private final Standing standing;
  private final boolean transfer;
  private final VoteTally tally = new VoteTally();

  Candidate(MemberState member, Standing standing, boolean transfer) {
    this.member = member;
    this.standing = standing;
    this.transfer = transfer;
  }

  @Override
  public Role role() {
    return Role.CANDIDATE;
  }

  void ask() {
    standing.askVoters(member.term(), false, transfer);
  }

  /** Our own vote counts like any other: once it is durable (DU-vote). */
  @Override
  public void persisted() {
    var durability = member.log.durability();
    if (durability.isPersisted(durability.ballotSequence())) {
      count(member.id(), true);
    }
  }

  @Override
  public void tick() {
    standing.petitions().tick();
    if (member.timer.isOver()) {
      standing.preStand();
    }
  }

  @Override
  public void propose(List<Proposal> proposals) {
    standing.petitions().propose(proposals);
  }

  @Override
  public void change(MembershipChange change) {
    standing.petitions().change(change);
  }

  @Override
  public void read(long readId) {
    standing.petitions().read(readId);
  }

  @Override
  public void voteResponse(Message.VoteResponse response) {
    if (!response.preVote()) {
      count(response.from(), response.granted());
    }
  }

  private void count(long voter, boolean granted) {
    tally.record(voter, granted);
    switch (tally.result(member.membership.quorum())) {
      case WON -> standing.lead();
      case LOST -> standing.follow(member.term());
      case PENDING -> {}
    }
  }
}
