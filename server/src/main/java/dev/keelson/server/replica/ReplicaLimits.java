package dev.keelson.server.replica;

/**
 * The loop's bounds.
 *
 * @param tickNanos length of a tick: the heartbeat interval
 * @param electionTicks ticks of the election timeout
 * @param requestTimeoutNanos how long a proposal or a read may wait: 5 s and two election timeouts
 *     (P5)
 * @param maxPendingProposals clients that wait for a command
 * @param maxApplyBacklog committed entries that wait to be applied; past it no client adds to them
 * @param maxQueuedReads reads that wait for the loop
 * @param maxQueuedMessages peers' messages that wait for the loop; the oldest stay, Raft copes with
 *     the loss of the others
 */
public record ReplicaLimits(
    long tickNanos,
    int electionTicks,
    long requestTimeoutNanos,
    int maxPendingProposals,
    int maxApplyBacklog,
    int maxQueuedReads,
    int maxQueuedMessages) {

  public long electionNanos() {
    return tickNanos * electionTicks;
  }

  public static ReplicaLimits of(int heartbeatMillis, int electionMillis) {
    long millis = 1_000_000;
    return new ReplicaLimits(
        heartbeatMillis * millis,
        electionMillis / heartbeatMillis,
        5_000 * millis + 2L * electionMillis * millis,
        50_000,
        5_000,
        100_000,
        8_192);
  }
}
