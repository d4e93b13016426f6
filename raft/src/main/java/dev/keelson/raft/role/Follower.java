package dev.keelson.raft.role;

import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.MembershipChange;
import dev.keelson.raft.quorum.Vote;
import dev.keelson.raft.quorum.VoteResult;
import java.util.List;

/** Follows the leader of the term, or waits for one (Raft 5.2). Also what a stranger is. */
final class Follower implements RoleBehaviour {
  private final MemberState member;
  private final Standing standing;

  Follower(MemberState member, Standing standing) {
    this.member = member;
    this.standing = standing;
  }

  @Override
  public Role role() {
    return Role.FOLLOWER;
  }

  @Override
  public void tick() {
    standing.petitions().tick();
    if (standing.mayStand() && (member.timer.isOver() || decidesAlone())) {
      standing.preStand();
    } else if (member.timer.isOver()) {
      standing.loseLeader();
    }
  }

  /** A group of one need not wait for anybody. */
  private boolean decidesAlone() {
    return member.membership.quorum().result(id -> id == member.id() ? Vote.YES : Vote.NO)
        == VoteResult.WON;
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

  /** The leader wants us in its place: no pre-vote, the others do not wait either (3.10). */
  @Override
  public void timeoutNow(Message.TimeoutNow request) {
    boolean fromLeader = standing.leaderId() == 0 || standing.leaderId() == request.from();
    if (fromLeader && standing.mayStand()) {
      standing.stand(true);
    }
  }
}
