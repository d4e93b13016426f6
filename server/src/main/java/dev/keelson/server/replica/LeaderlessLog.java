package dev.keelson.server.replica;

import dev.keelson.raft.RaftStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that this member has known no leader for a while, and again now and then as long as it
 * lasts. Owned by the replica thread.
 */
final class LeaderlessLog {
  private static final Logger log = LoggerFactory.getLogger(LeaderlessLog.class);
  private static final long MILLI = 1_000_000;
  private static final long AGAIN_NANOS = 30_000 * MILLI;

  /** An election that goes well is over by then. */
  private static final int PATIENCE = 3;

  private final long patienceNanos;
  private boolean leaderless;
  private long sinceNanos;
  private long sayNanos;

  LeaderlessLog(long electionNanos) {
    this.patienceNanos = PATIENCE * electionNanos;
  }

  /** Whether it was said this time. */
  boolean tick(RaftStatus status, long nowNanos) {
    if (status.hasLeader()) {
      leaderless = false;
      return false;
    }
    if (!leaderless) {
      leaderless = true;
      sinceNanos = nowNanos;
      sayNanos = nowNanos + patienceNanos;
    }
    if (sayNanos - nowNanos > 0) {
      return false;
    }
    sayNanos = nowNanos + AGAIN_NANOS;
    log.warn(
        "no leader member={} term={} ms={}: a majority of {} is down or out of reach",
        Long.toHexString(status.id()),
        status.term(),
        (nowNanos - sinceNanos) / MILLI,
        status.configuration().voters().size());
    return true;
  }
}
