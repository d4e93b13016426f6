package dev.keelson.server.replica;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices that the log is not written any more: its disk hangs. Owned by the replica thread. */
final class LogStall {
  private static final Logger log = LoggerFactory.getLogger(LogStall.class);
  private static final long MILLI = 1_000_000;

  private final long patienceNanos;
  private boolean said;

  /**
   * For one log.
   *
   * @param patienceNanos without progress
   */
  LogStall(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /**
   * Whether the writer has been at one batch for too long. Says so once each time.
   *
   * @param busyNanos how long it has been at it
   */
  boolean isStalled(long busyNanos) {
    boolean stalled = busyNanos > patienceNanos;
    if (stalled && !said) {
      log.error("the log's disk does not answer ms={}: this member cannot lead", busyNanos / MILLI);
    } else if (!stalled && said) {
      log.warn("the log's disk answers again");
    }
    said = stalled;
    return stalled;
  }
}
