package dev.keelson.raft;

/**
 * The bounds a node works within.
 *
 * @param id this member; never 0
 * @param electionTicks ticks without a leader before a member stands; the actual wait is drawn from
 *     {@code [electionTicks, 2 * electionTicks)}
 * @param heartbeatTicks ticks between a leader's heartbeats; less than electionTicks
 * @param maxAppendBytes payload of one append request; one larger entry still goes alone
 * @param maxInflightAppends append requests on their way to one follower
 * @param maxInflightBytes payload on its way to one follower
 * @param maxUncommittedBytes payload in the log that no quorum holds yet; beyond it proposals are
 *     refused
 * @param maxApplyBytes payload handed to the state machine and not yet applied
 * @param maxPendingReads reads that wait for an index; beyond it they fail
 */
public record RaftConfig(
    long id,
    int electionTicks,
    int heartbeatTicks,
    long maxAppendBytes,
    int maxInflightAppends,
    long maxInflightBytes,
    long maxUncommittedBytes,
    long maxApplyBytes,
    int maxPendingReads) {

  public RaftConfig {
    Invariant.check(id != 0, "a member's id must not be 0");
    Invariant.check(
        heartbeatTicks > 0 && electionTicks > heartbeatTicks,
        "election ticks %d must exceed heartbeat ticks %d",
        electionTicks,
        heartbeatTicks);
  }

  /** The production bounds (reliability.md, MEM-bound). */
  public static RaftConfig defaults(long id, int electionTicks, int heartbeatTicks) {
    long mebibyte = 1L << 20;
    return new RaftConfig(
        id,
        electionTicks,
        heartbeatTicks,
        mebibyte,
        256,
        16 * mebibyte,
        64 * mebibyte,
        64 * mebibyte,
        100_000);
  }
}
