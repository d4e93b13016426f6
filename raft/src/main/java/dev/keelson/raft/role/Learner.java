package dev.keelson.raft.role;

import dev.keelson.raft.Proposal;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.MembershipChange;
import java.util.List;

/** Receives the log and never stands for election (dissertation 4.2.1). */
final class Learner implements RoleBehaviour {
  private final MemberState member;
  private final Standing standing;

  Learner(MemberState member, Standing standing) {
    this.member = member;
    this.standing = standing;
  }

  @Override
  public Role role() {
    return Role.LEARNER;
  }

  @Override
  public void tick() {
    if (member.timer.isOver()) {
      standing.loseLeader();
    }
    standing.petitions().tick();
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
}
