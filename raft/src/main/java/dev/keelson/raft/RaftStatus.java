package dev.keelson.raft;

import dev.keelson.raft.membership.Configuration;

/**
 * What others may see of the node after a step.
 *
 * @param leaderId 0 if none is known
 * @param lastIndex the end of the log, durable or not
 */
public record RaftStatus(
    long id,
    Role role,
    long term,
    long leaderId,
    long commitIndex,
    long appliedIndex,
    long lastIndex,
    Configuration configuration) {

  public boolean hasLeader() {
    return leaderId != 0;
  }

  public boolean isLeader() {
    return role == Role.LEADER;
  }
}
