package dev.keelson.raft.role;

import dev.keelson.raft.Invariant;
import dev.keelson.raft.Message;
import dev.keelson.raft.Role;

/**
 * How this member stands in its term: its role and the leader it knows. The only one that changes
 * either.
 *
 * <pre>
 *   Follower, Learner  -> PreCandidate (no leader heard) | Candidate (told to by the leader)
 *   PreCandidate       -> Candidate (a quorum would vote for it) | Follower
 *   Candidate          -> Leader (a quorum voted for it) | PreCandidate (nobody won) | Follower
 *   Leader             -> Follower (a later term, or no quorum answers, or it was removed)
 *   Follower           <-> Learner (as the configuration says)
 * </pre>
 */
final class Standing {
  private final MemberState member;
  private final Petitions petitions;
  private final Installation installation;
  private RoleBehaviour role;
  private long leaderId;

  // The leader of the present term, remembered after it was lost: there is never a second.
  private long termLeader;

  Standing(MemberState member, Installation installation) {
    this.member = member;
    this.installation = installation;
    this.petitions = new Petitions(member, this);
    this.role = following();
  }

  RoleBehaviour role() {
    return role;
  }

  /** The leader known now; 0 if none is. */
  long leaderId() {
    return leaderId;
  }

  Petitions petitions() {
    return petitions;
  }

  boolean isFollowing() {
    return role.role() == Role.FOLLOWER || role.role() == Role.LEARNER;
  }

  /** Whether a leader is in office as far as this member can tell (dissertation 4.2.3). */
  boolean hasLivingLeader() {
    return role.role() == Role.LEADER || (leaderId != 0 && member.timer.heardLeaderRecently());
  }

  /** Whether this member may stand for election at all. */
  boolean mayStand() {
    return member.membership.mayLead(member.id()) && !installation.isRunning();
  }

  /** Follows in this term, or a later one; the leader is not known yet. */
  void follow(long term) {
    if (term > member.term()) {
      enter(term);
    }
    changeLeader(0);
    if (!isFollowing()) {
      become(following());
      member.timer.draw();
    }
  }

  /** The leader is silent, and this member may not stand: its clients must not wait for it. */
  void loseLeader() {
    changeLeader(0);
  }

  /** A message of this term's leader arrived. */
  void recognise(long leader) {
    Invariant.check(
        role.role() != Role.LEADER,
        "members %d and %d both lead term %d",
        member.id(),
        leader,
        member.term());
    if (!isFollowing()) {
      become(following());
      member.timer.draw();
    }
    member.timer.leaderHeard();
    changeLeader(leader);
  }

  void preStand() {
    changeLeader(0);
    var candidate = new PreCandidate(member, this);
    become(candidate);
    member.timer.draw();
    candidate.ask();
  }

  /** Stands for election in a new term. */
  void stand(boolean transfer) {
    enter(member.term() + 1);
    changeLeader(0);
    member.ballot.voteFor(member.id());
    var candidate = new Candidate(member, this, transfer);
    become(candidate);
    member.timer.draw();
    candidate.ask();
  }

  void lead() {
    member.timer.leaderHeard();
    termLeaderIs(member.id());
    leaderId = member.id();
    var leader = new Leader(member, this);
    become(leader);
    leader.begin();
  }

  /** Another configuration is in force, from this moment (dissertation 4.1). */
  void configurationChanged() {
    if (isFollowing()) {
      if (role.role() != roleWhileFollowing()) {
        become(following());
      }
    } else if (role.role() != Role.LEADER && !mayStand()) {
      follow(member.term());
    } else {
      role.configurationChanged();
    }
  }

  private RoleBehaviour following() {
    return roleWhileFollowing() == Role.LEARNER
        ? new Learner(member, this)
        : new Follower(member, this);
  }

  private Role roleWhileFollowing() {
    return member.membership.current().isLearner(member.id()) ? Role.LEARNER : Role.FOLLOWER;
  }

  private void enter(long term) {
    member.ballot.enter(term);
    termLeader = 0;
  }

  private void become(RoleBehaviour next) {
    role.leave();
    role = next;
  }

  private void changeLeader(long leader) {
    if (leader == leaderId) {
      return;
    }
    if (leader != 0) {
      termLeaderIs(leader);
    }
    long before = leaderId;
    leaderId = leader;
    petitions.leaderChanged(before);
  }

  private void termLeaderIs(long leader) {
    Invariant.check(
        termLeader == 0 || termLeader == leader,
        "members %d and %d both lead term %d",
        termLeader,
        leader,
        member.term());
    termLeader = leader;
  }

  /** Sends a vote request to every other voter. */
  void askVoters(long term, boolean preVote, boolean transfer) {
    var configuration = member.membership.current();
    for (long voter : configuration.members()) {
      if (voter == member.id() || !configuration.isVoter(voter)) {
        continue;
      }
      var request =
          new Message.VoteRequest(member.id(), voter, term, preVote, member.log.last(), transfer);
      if (preVote) {
        member.outbox.send(request);
      } else {
        member.outbox.promise(request);
      }
    }
  }
}
