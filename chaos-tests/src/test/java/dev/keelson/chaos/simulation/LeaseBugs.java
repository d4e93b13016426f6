package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Replica;

/** What a keeper of leases must not do: mutants 51, 54 and 55 of reliability.md 2.7. */
final class LeaseBugs {
  private LeaseBugs() {}

  /**
   * The log does not ask any more who decided that a lease is over, or about which lease: it ends
   * when the entry comes. The one who decides is stuck for a while before the log hears of it.
   */
  static final class EndsUnconditionally extends AlteredReplica {
    private static final long STUCK_NANOS = 2_000_000_000;

    private final MemberLife by;
    private final boolean deposed;

    /**
     * Which of both is not asked.
     *
     * @param deposed 51: who decided; otherwise 55: about which lease
     */
    EndsUnconditionally(MemberLife by, Replica sound, boolean deposed) {
      super(sound);
      this.by = by;
      this.deposed = deposed;
    }

    @Override
    public void proposeAsLeader(Command command, Completion<ApplyResult> completion) {
      if (!isExpiry(command)) {
        sound.proposeAsLeader(command, completion);
        return;
      }
      var revocation = command.getLeaseRevocation();
      var unconditional =
          command.toBuilder().setLeaseRevocation(revocation.toBuilder().clearExpiry()).build();
      by.plan(
          STUCK_NANOS,
          () -> {
            if ((sound.status().term() != revocation.getExpiry().getTerm()) == deposed) {
              sound.propose(unconditional, completion);
            } else {
              sound.proposeAsLeader(command, completion);
            }
          });
    }
  }

  /** 54: a lease that is over loses its keys one after the other. */
  static final class EndsKeyByKey extends AlteredReplica {
    private final MemberLife by;

    EndsKeyByKey(MemberLife by, Replica sound) {
      super(sound);
      this.by = by;
    }

    @Override
    public void proposeAsLeader(Command command, Completion<ApplyResult> completion) {
      if (isExpiry(command)) {
        try (var view = by.core().store().openView()) {
          for (var key : view.attachedKeys(command.getLeaseRevocation().getLeaseId())) {
            var bytes = ByteString.copyFrom(key.backingArray(), key.backingOffset(), key.length());
            var delete = DeleteRangeRequest.newBuilder().setKey(bytes);
            sound.proposeAsLeader(Command.newBuilder().setDeleteRange(delete).build(), _ -> {});
          }
        }
      }
      sound.proposeAsLeader(command, completion);
    }
  }

  private static boolean isExpiry(Command command) {
    return command.hasLeaseRevocation() && command.getLeaseRevocation().hasExpiry();
  }
}
