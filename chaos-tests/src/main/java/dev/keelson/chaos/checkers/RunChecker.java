package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * Whether a run could have shown anything (3.2): enough was done before, during and after the
 * faults, each fault took effect, the leader moved where it must, and every member was read last.
 */
public final class RunChecker implements Checker {
  private final int members;
  private final int least;
  private final boolean leaderMoves;

  /**
   * @param least so many operations must have succeeded in each part of the run
   * @param leaderMoves whether the faults imply a change of the leader
   */
  public RunChecker(int members, int least, boolean leaderMoves) {
    this.members = members;
    this.least = least;
    this.leaderMoves = leaderMoves;
  }

  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    var began = ledger.history().moment(Item.Moment.FAULTS_STARTED);
    var healed = ledger.history().moment(Item.Moment.HEALED);
    if (began.isEmpty() || healed.isEmpty()) {
      findings.gap("the run has no beginning or no end of its faults");
      return;
    }
    long from = began.getAsLong();
    long until = healed.getAsLong();
    enough(ledger, "before the faults", nanos -> nanos < from, findings);
    enough(ledger, "during the faults", nanos -> nanos >= from && nanos < until, findings);
    enough(ledger, "after the faults", nanos -> nanos >= until, findings);
    for (Fault fault : ledger.history().faults()) {
      if (!fault.verified()) {
        findings.gap(
            "%s of %s took no effect: %s".formatted(fault.kind(), fault.target(), fault.detail()));
      }
    }
    if (leaderMoves && terms(ledger).size() < 2) {
      findings.gap("the leader never changed");
    }
    readAtTheEnd(ledger, until, findings);
    findings.checked("faults", ledger.history().faults().size());
  }

  private void enough(Ledger ledger, String when, LongPredicate within, Findings findings) {
    long succeeded =
        ledger.history().operations().stream()
            .filter(Operation::isOk)
            .filter(operation -> within.test(operation.callNanos()))
            .count();
    findings.checked("operations " + when, succeeded);
    if (succeeded < least) {
      findings.gap("only %d operations succeeded %s".formatted(succeeded, when));
    }
  }

  private static Set<Long> terms(Ledger ledger) {
    Set<Long> terms = new HashSet<>();
    for (Operation operation : ledger.history().operations()) {
      if (operation.outcome() instanceof Outcome.Ok ok && ok.term() > 0) {
        terms.add(ok.term());
      }
    }
    return terms;
  }

  private void readAtTheEnd(Ledger ledger, long healed, Findings findings) {
    Set<Integer> read = new HashSet<>();
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.Range
          && RealTime.isLinearizable(operation)
          && operation.callNanos() >= healed) {
        read.add(operation.member());
      }
    }
    if (read.size() < members) {
      findings.gap("only members %s were read at the end".formatted(read));
    }
  }
}
