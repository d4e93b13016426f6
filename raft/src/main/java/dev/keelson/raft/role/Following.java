package dev.keelson.raft.role;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.Message;

/** Takes the log over from the leader of the term (Raft 5.3). */
final class Following {
  private final MemberState member;
  private final Standing standing;
  private final Installation installation;

  Following(MemberState member, Standing standing, Installation installation) {
    this.member = member;
    this.standing = standing;
    this.installation = installation;
  }

  void append(Message.AppendRequest request) {
    if (installation.isRunning()) {
      // No answer: the leader asks again, and must not take our old log for the state to work from.
      return;
    }
    var log = member.log;
    var previous = request.previous();
    if (previous.index() < log.commit()) {
      // Late or doubled. What is committed here is in the leader's log as well.
      checkCommitted(request);
      accept(request.from(), log.commit());
      return;
    }
    if (!log.holds(previous)) {
      member.outbox.send(
          new Message.AppendRejected(
              member.id(),
              request.from(),
              member.term(),
              previous.index(),
              log.sharedAtMost(previous)));
      return;
    }
    long verified = previous.index() + request.entries().size();
    appendNew(request);
    // Only what this request showed to be the leader's: our log may go on with something else.
    member.commitTo(Math.min(request.commit(), verified));
    accept(request.from(), verified);
  }

  private void checkCommitted(Message.AppendRequest request) {
    var log = member.log;
    for (var entry : request.entries()) {
      if (entry.index() >= log.firstIndex() && entry.index() <= log.commit()) {
        Invariant.check(
            log.termAt(entry.index()) == entry.term(),
            "member %d sends %s, committed is term %d",
            request.from(),
            entry.position(),
            log.termAt(entry.index()));
      }
    }
  }

  /** Entries we have already are left alone: a late request must not cut off what came after. */
  private void appendNew(Message.AppendRequest request) {
    var entries = request.entries();
    var log = member.log;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Invariant.check(
          entry.index() == request.previous().index() + 1 + i && entry.term() <= request.term(),
          "entry (%d, %d) as number %d after %s in term %d",
          entry.term(),
          entry.index(),
          i,
          request.previous(),
          request.term());
      if (entry.index() > log.lastIndex() || log.termAt(entry.index()) != entry.term()) {
        if (member.append(entries.subList(i, entries.size()))) {
          standing.configurationChanged();
        }
        return;
      }
    }
  }

  private void accept(long leader, long matchIndex) {
    var answer = new Message.AppendAccepted(member.id(), leader, member.term(), matchIndex);
    if (matchIndex <= member.log.durableIndex()) {
      member.outbox.send(answer);
    } else {
      member.outbox.promise(answer);
    }
  }

  void heartbeat(Message.Heartbeat heartbeat) {
    // The leader names no index it does not know us to hold.
    member.commitTo(heartbeat.commit());
    member.outbox.send(
        new Message.HeartbeatResponse(
            member.id(), heartbeat.from(), member.term(), heartbeat.readRound()));
  }

  void snapshotArrived(Message.SnapshotArrived message) {
    installation.arrived(message);
  }
}
