package dev.keelson.raft.role;

import dev.keelson.raft.Message;

/**
 * Answers requests for votes, in whatever role this member is (Raft 5.2, 5.4.1). Whether the
 * candidate is in our configuration does not matter: ours may be older than its own (4.1).
 */
final class Voter {
  private final MemberState member;
  private final Standing standing;

  Voter(MemberState member, Standing standing) {
    this.member = member;
    this.standing = standing;
  }

  void answer(Message.VoteRequest request) {
    if (request.term() > member.term() && !request.transfer() && standing.hasLivingLeader()) {
      // A member that was removed, or cut off, must not disturb a leader that works (4.2.3).
      if (request.preVote()) {
        refuse(request);
      }
      return;
    }
    if (request.preVote()) {
      answerPreVote(request);
    } else {
      answerVote(request);
    }
  }

  private void answerPreVote(Message.VoteRequest request) {
    if (request.term() > member.term() && isUpToDate(request)) {
      member.outbox.send(
          new Message.VoteResponse(member.id(), request.from(), request.term(), true, true));
    } else {
      refuse(request);
    }
  }

  private void answerVote(Message.VoteRequest request) {
    if (request.term() > member.term()) {
      standing.follow(request.term());
    }
    boolean free = member.ballot.votedFor() == 0 && standing.leaderId() == 0;
    boolean own = member.ballot.votedFor() == request.from();
    if (request.term() < member.term() || !(free || own) || !isUpToDate(request)) {
      refuse(request);
      return;
    }
    member.ballot.voteFor(request.from());
    member.timer.restart();
    member.outbox.promise(
        new Message.VoteResponse(member.id(), request.from(), member.term(), false, true));
  }

  private boolean isUpToDate(Message.VoteRequest request) {
    return request.last().isAtLeastAsUpToDateAs(member.log.last());
  }

  /** The refusal carries our term, so that the candidate learns of a later one. */
  private void refuse(Message.VoteRequest request) {
    member.outbox.send(
        new Message.VoteResponse(
            member.id(), request.from(), member.term(), request.preVote(), false));
  }
}
