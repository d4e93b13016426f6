package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.Operation;
import java.time.Duration;

/** Soon after the last fault every member serves again, and writes are taken (1.10). */
public final class RecoveryChecker implements Checker {
  private final int members;
  private final Duration within;

  /**
   * @param within how long it may take after the last fault is over; on a machine that runs much
   *     else too it is more than the promise
   */
  public RecoveryChecker(int members, Duration within) {
    this.members = members;
    this.within = within;
  }

  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    long over =
        ledger.history().faults().stream()
            .mapToLong(Fault::untilNanos)
            .max()
            .orElse(Long.MAX_VALUE);
    var ended = ledger.history().moment(Item.Moment.WORK_ENDED);
    if (over == Long.MAX_VALUE || ended.isEmpty()) {
      findings.gap("there was no fault to recover from, or no end");
      return;
    }
    long deadline = over + within.toNanos();
    var after =
        ledger.history().operations().stream()
            .filter(one -> one.callNanos() >= over && one.returnNanos() <= deadline)
            .filter(RealTime::isLinearizable)
            .toList();
    for (int member = 0; member < members; member++) {
      int asked = member;
      if (after.stream().noneMatch(one -> one.member() == asked)) {
        lacks("member " + member + " served nobody", ended.getAsLong() >= deadline, findings);
      }
    }
    if (after.stream().noneMatch(RecoveryChecker::wrote)) {
      lacks("no write was taken", ended.getAsLong() >= deadline, findings);
    }
    findings.checked("operations in time after the last fault", after.size());
  }

  private static boolean wrote(Operation operation) {
    return Writes.revisionMade(operation).isPresent();
  }

  /** A run may end sooner, with nobody having asked. */
  private void lacks(String what, boolean judged, Findings findings) {
    String explanation = what + " within %d s of the last fault".formatted(within.toSeconds());
    if (judged) {
      findings.violation("recovery", explanation);
    } else {
      findings.gap(explanation + ", but the run ended before");
    }
  }
}
