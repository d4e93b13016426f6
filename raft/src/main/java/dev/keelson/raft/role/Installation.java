package dev.keelson.raft.role;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotDescriptor;

/**
 * Puts a leader's snapshot in the place of our log (Raft 7). While storage works at it the log is
 * neither read nor changed: appends are dropped, nothing is applied, and this member does not
 * stand.
 */
final class Installation {
  private final MemberState member;
  private boolean running;
  private LogPosition target = LogPosition.ZERO;

  Installation(MemberState member) {
    this.member = member;
  }

  boolean isRunning() {
    return running;
  }

  /** Whether the commit index moved, since the log holds what the snapshot would bring. */
  boolean arrived(Message.SnapshotArrived message) {
    var position = message.snapshot().position();
    if (running) {
      return false;
    }
    if (position.index() <= member.log.commit()) {
      accept(message.from(), member.log.commit());
      return false;
    }
    if (member.log.holds(position)) {
      boolean moved = member.commitTo(position.index());
      accept(message.from(), position.index());
      return moved;
    }
    running = true;
    target = position;
    member.outbox.add(new Effect.InstallSnapshot(message.snapshot()));
    return false;
  }

  void installed(SnapshotDescriptor snapshot, long leaderId) {
    var position = snapshot.position();
    Invariant.check(
        running && position.equals(target),
        "installed a snapshot at %s, asked for %s",
        position,
        target);
    running = false;
    member.log.resetTo(position);
    member.apply.resetTo(position.index());
    member.membership.reset(position.index(), snapshot.configuration());
    if (leaderId != 0) {
      accept(leaderId, position.index());
    }
  }

  private void accept(long leader, long matchIndex) {
    member.outbox.promise(
        new Message.AppendAccepted(member.id(), leader, member.term(), matchIndex));
  }
}
