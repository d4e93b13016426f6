package dev.keelson.server;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.StateClaim;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.server.apply.StateComparison;
import dev.keelson.server.replica.Replica;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the comparison of states speaks to the cluster, and to the next start. */
record ComparisonVoice(Replica replica, Verdict verdict) implements StateComparison.Voice {
  private static final Logger log = LoggerFactory.getLogger(ComparisonVoice.class);

  @Override
  public boolean leads() {
    return replica.status().isLeader();
  }

  /** One that is lost is made up for by the next comparison. */
  @Override
  public void claim(StateClaim claim, boolean asLeader) {
    var command = Command.newBuilder().setStateClaim(claim).build();
    if (asLeader) {
      replica.proposeAsLeader(command, outcome -> {});
    } else {
      replica.propose(command, outcome -> {});
    }
  }

  /** MT24: an alarm of nobody's keeps everybody from writing until an operator has decided. */
  @Override
  public void undecided(long index) {
    var alarm =
        AlarmRequest.newBuilder()
            .setAction(AlarmRequest.AlarmAction.ACTIVATE)
            .setMemberID(0)
            .setAlarm(AlarmType.CORRUPT);
    replica.propose(Command.newBuilder().setAlarm(alarm).build(), outcome -> {});
  }

  @Override
  public void condemned(String reason) {
    try {
      verdict.set(reason);
    } catch (IOException e) {
      // It stops all the same; its next start will be found out by the next comparison.
      log.error("cannot note in the data directory that the state has diverged", e);
    }
  }
}
