package dev.keelson.server.replica;

import dev.keelson.api.command.Command;
import dev.keelson.raft.RaftStatus;
import dev.keelson.server.apply.ApplyResult;

/** What the services ask of the replicated log. Thread-safe; no method blocks. */
public interface Replica {
  /**
   * Puts a command in the log, through the leader wherever it is, and answers once it is applied
   * here. A full queue is an answer, "too many requests"; so is the end of the request timeout.
   *
   * @param command without its request id, and within the size limit
   */
  void propose(Command command, Completion<ApplyResult> completion);

  /**
   * As {@link #propose}, for what only a leader may decide: it is never passed on to another one.
   * It may still reach the log in a later term of this member's, so that the command must name its
   * own.
   */
  void proposeAsLeader(Command command, Completion<ApplyResult> completion);

  /**
   * Answers once the store here has applied everything that was acknowledged anywhere before this
   * call (R16). The value is the read index.
   */
  void awaitReadIndex(Completion<Long> completion);

  /** The node as it stood after its last step. */
  RaftStatus status();
}
