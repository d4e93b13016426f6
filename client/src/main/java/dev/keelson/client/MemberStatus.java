package dev.keelson.client;

import java.util.List;

/**
 * What a member says of itself.
 *
 * @param leader the member that it takes for the leader; 0 for none
 */
public record MemberStatus(
    long memberId,
    String version,
    long leader,
    long raftTerm,
    long raftIndex,
    long revision,
    Details details) {

  /**
   * The rest of it.
   *
   * @param databaseBytes what the store takes on disk
   * @param errors alarms and what else is wrong
   */
  public record Details(
      long raftAppliedIndex,
      long databaseBytes,
      long databaseBytesInUse,
      boolean learner,
      List<String> errors) {
    public Details {
      errors = List.copyOf(errors);
    }
  }

  public boolean isLeader() {
    return leader != 0 && leader == memberId;
  }
}
