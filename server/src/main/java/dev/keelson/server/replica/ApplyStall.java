package dev.keelson.server.replica;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that entries are committed and none of them is applied any more. Counts ticks, so that a
 * pause of the whole process is not held against the applier. Owned by the replica thread.
 */
final class ApplyStall {
  private static final Logger log = LoggerFactory.getLogger(ApplyStall.class);

  private final int patienceTicks;
  private long appliedIndex;
  private int ticks;
  private boolean said;

  /**
   * For one applier.
   *
   * @param patienceTicks without progress
   */
  ApplyStall(int patienceTicks) {
    this.patienceTicks = patienceTicks;
  }

  /**
   * Called at each tick: whether it has made no progress for too long. Says so once each time.
   *
   * @param handedOver index of the last entry that it was given
   * @param applied index of the last entry that it has applied
   */
  boolean isStalled(long handedOver, long applied) {
    if (applied >= handedOver || applied != appliedIndex) {
      if (said) {
        log.warn("entries are applied again index={}", applied);
      }
      appliedIndex = applied;
      ticks = 0;
      said = false;
      return false;
    }
    ticks = Math.min(ticks + 1, patienceTicks + 1);
    boolean stalled = ticks > patienceTicks;
    if (stalled && !said) {
      said = true;
      log.error(
          "nothing is applied any more applied={} committed={}: this member cannot lead",
          applied,
          handedOver);
    }
    return stalled;
  }
}
