package dev.keelson.chaos.simulation;

import dev.keelson.api.command.Command;
import dev.keelson.raft.RaftStatus;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Replica;

/** A sound replica of which something else is asked than was meant. */
class AlteredReplica implements Replica {
  final Replica sound;

  AlteredReplica(Replica sound) {
    this.sound = sound;
  }

  @Override
  public void propose(Command command, Completion<ApplyResult> completion) {
    sound.propose(command, completion);
  }

  @Override
  public void proposeAsLeader(Command command, Completion<ApplyResult> completion) {
    sound.proposeAsLeader(command, completion);
  }

  @Override
  public void awaitReadIndex(Completion<Long> completion) {
    sound.awaitReadIndex(completion);
  }

  @Override
  public RaftStatus status() {
    return sound.status();
  }
}
