package dev.keelson.raft.role;

import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.MembershipChange;
import dev.keelson.raft.quorum.VoteTally;
import java.util.List;

/**
 * Asks whether it would be elected before it disturbs anybody with a new term (dissertation 9.6).
 */
final class PreCandidate implements RoleBehaviour {
  private final MemberState member;
  private final Standing standing;
  private final VoteTally tally = new VoteTally();

  PreCandidate(MemberState member, Standing standing) {
    this.member = member;
    this.standing = standing;
  }

  @Override
  public Role role() {
    return Role.PRE_CANDIDATE;
  }

  void ask() {
    tally.record(member.id(), true);
    standing.askVoters(member.term() + 1, true, false);
    decide();
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
    // A yes names the term it is for. A late no can at worst cost us this attempt.
    if (response.preVote() && (!response.granted() || response.term() == member.term() + 1)) {
      tally.record(response.from(), response.granted());
      decide();
    }
  }

  private void decide() {
    switch (tally.result(member.membership.quorum())) {
      case WON -> standing.stand(false);
      case LOST -> standing.follow(member.term());
      case PENDING -> {}
    }
  }
}
