package dev.keelson.raft.role;

import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;

/** Where messages come in: compares terms first (Raft 5.1), then hands over. */
final class Reception {
  private final MemberState member;
  private final Standing standing;
  private final Voter voter;
  private final Following following;

  Reception(MemberState member, Standing standing, Installation installation) {
    this.member = member;
    this.standing = standing;
    this.voter = new Voter(member, standing);
    this.following = new Following(member, standing, installation);
  }

  void receive(Message message) {
    if (message.to() != member.id() || message.from() == member.id()) {
      return;
    }
    if (message instanceof Message.VoteRequest request) {
      voter.answer(request);
      return;
    }
    if (message.term() > member.term() && !isGrantedPreVote(message)) {
      standing.follow(message.term());
    }
    if (message.term() < member.term()) {
      receiveLate(message);
    } else {
      receiveCurrent(message);
    }
  }

  /** It names the term that would be stood for, which nobody has entered yet. */
  private static boolean isGrantedPreVote(Message message) {
    return message instanceof Message.VoteResponse response
        && response.preVote()
        && response.granted();
  }

  private void receiveCurrent(Message message) {
    switch (message) {
      case Message.AppendRequest request -> {
        standing.recognise(request.from());
        following.append(request);
      }
      case Message.Heartbeat heartbeat -> {
        standing.recognise(heartbeat.from());
        following.heartbeat(heartbeat);
      }
      case Message.SnapshotArrived arrived -> {
        standing.recognise(arrived.from());
        following.snapshotArrived(arrived);
      }
      case Message.VoteRequest request -> voter.answer(request);
      case Message.VoteResponse response -> standing.role().voteResponse(response);
      case Message.AppendAccepted answer -> standing.role().appendAccepted(answer);
      case Message.AppendRejected answer -> standing.role().appendRejected(answer);
      case Message.HeartbeatResponse answer -> standing.role().heartbeatResponse(answer);
      case Message.TimeoutNow request -> standing.role().timeoutNow(request);
      case Message.ForwardProposals forwarded -> standing.role().forwardProposals(forwarded);
      case Message.ForwardChange forwarded -> standing.role().forwardChange(forwarded);
      case Message.ReadIndexRequest request -> standing.role().readIndexRequest(request);
      case Message.ReadIndexResponse answer -> standing.petitions().readIndexResponse(answer);
      case Message.ForwardRejected answer -> standing.petitions().forwardRejected(answer);
    }
  }

  /** Messages of an earlier term. */
  private void receiveLate(Message message) {
    switch (message) {
      // A leader of an earlier term learns that its time is over. Without this answer a member
      // with a later term could neither follow it nor be elected.
      case Message.AppendRequest request -> teachTerm(request.from(), request.previous().index());
      case Message.Heartbeat heartbeat -> teachTerm(heartbeat.from(), 0);
      case Message.SnapshotArrived arrived -> teachTerm(arrived.from(), 0);
      // A voter behind our term refuses in its own.
      case Message.VoteResponse response -> {
        if (response.preVote() && !response.granted()) {
          standing.role().voteResponse(response);
        }
      }
      // An index that a leader found after the read arrived is good whoever leads now.
      case Message.ReadIndexRequest request -> standing.role().readIndexRequest(request);
      case Message.ReadIndexResponse answer -> standing.petitions().readIndexResponse(answer);
      case Message.ForwardRejected answer -> standing.petitions().forwardRejected(answer);
      case Message.ForwardProposals forwarded -> standing.petitions().lateForward(forwarded);
      // No answer may be given: a copy of it may have been taken by the leader it was meant for.
      case Message.ForwardChange _ -> {}
      case Message.VoteRequest _,
          Message.AppendAccepted _,
          Message.AppendRejected _,
          Message.HeartbeatResponse _,
          Message.TimeoutNow _ -> {}
    }
  }

  private void teachTerm(long leader, long rejectedIndex) {
    member.outbox.send(
        new Message.AppendRejected(
            member.id(), leader, member.term(), rejectedIndex, LogPosition.ZERO));
  }
}
