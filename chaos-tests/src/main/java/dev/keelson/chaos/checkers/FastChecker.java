package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import java.util.List;

/**
 * Strict serializability in O(n log n) (3.5): every answer claims a revision, so that the order is
 * not searched for but judged. Acknowledged writes, real time, values, and what a member may not
 * take back.
 */
public final class FastChecker implements Checker {
  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    Attribution attribution = Attribution.of(ledger, findings);
    RealTime.check(ledger, attribution, findings);
    long judged = 0;
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.Kv request
          && operation.outcome() instanceof Outcome.Ok(_, _, Response.Kv answer)) {
        judge(ledger, operation, request, answer, findings);
        judged++;
      }
    }
    Floors.check(ledger, findings);
    Sessions.check(ledger, findings);
    findings.checked("operations", judged);
    findings.checked("revisions", ledger.log().last());
    if (ledger.log().witnesses() == 0) {
      findings.gap("no watcher saw everything");
    }
  }

  private static void judge(
      Ledger ledger,
      Operation operation,
      Request.Kv request,
      Response.Kv answer,
      Findings findings) {
    long revision = answer.revision();
    boolean writes = Writes.changed(answer);
    if (revision < 1) {
      findings.violation("acked", "its revision is " + revision, operation);
      return;
    }
    if (revision > ledger.log().last()) {
      // The run is not valid, which is said elsewhere.
      return;
    }
    if (writes && !ledger.log().knows(revision)) {
      findings.violation("acked-lost", "revision " + revision + " has no event", operation);
      return;
    }
    var expected = Evaluation.of(request, ledger.states(), writes ? revision - 1 : revision);
    List<Change> actual = writes ? ledger.log().at(revision) : List.of();
    if (!expected.changes().equals(actual)) {
      findings.violation(
          "acked-changes",
          "it should make %s and made %s".formatted(expected.changes(), actual),
          operation);
      return;
    }
    Answers.differ(request, expected.response(), answer)
        .ifPresent(difference -> findings.violation("value", difference, operation));
  }
}
