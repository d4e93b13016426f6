package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.History;
import java.util.List;

/** Lets checkers loose on a history. */
public final class Judge {
  private Judge() {}

  public static Verdict judge(History history, List<Checker> checkers) {
    var findings = new Findings();
    Ledger ledger = Ledger.of(history, findings);
    boolean covered = ledger.isCovered();
    if (!covered) {
      findings.gap("the full watches end before what clients were told: at " + ledger.log().last());
    }
    checkers.stream()
        .filter(checker -> covered || !checker.needsLog())
        .forEach(checker -> checker.check(ledger, findings));
    return findings.verdict();
  }
}
