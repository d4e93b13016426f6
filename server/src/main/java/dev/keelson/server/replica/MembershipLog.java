package dev.keelson.server.replica;

import dev.keelson.api.command.MemberChange;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.apply.ApplyResult;

/** Changes of the members in the replicated log. Thread-safe; no method blocks. */
@FunctionalInterface
public interface MembershipLog {
  /**
   * Asks the leader, wherever it is, for another membership, and answers once it is in force here,
   * however long that takes (MB4). A {@link EtcdError#LEADER_CHANGED} or {@link
   * EtcdError#TIMEOUT_DUE_TO_LEADER_FAIL} says that this change was not and will not be made: the
   * caller may look at the members again and try once more.
   *
   * @param change without a request id
   */
  void change(MemberChange change, Configuration target, Completion<ApplyResult> completion);
}
