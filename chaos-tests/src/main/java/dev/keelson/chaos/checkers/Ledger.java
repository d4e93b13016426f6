package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;

/**
 * A history, with the log and the states that its full watches tell of.
 *
 * @param log every revision, as the members' watch streams agree on it
 * @param states every key at every revision, by that log
 */
public record Ledger(History history, OracleLog log, KeyStates states) {

  /** Whether the log reaches all that a client was told: what needs the log is not judged else. */
  boolean isCovered() {
    long told =
        history.operations().stream()
            .filter(operation -> operation.request() instanceof Request.Kv)
            .mapToLong(operation -> operation.response().map(Response::revision).orElse(0L))
            .max()
            .orElse(1);
    return told <= log.last();
  }

  static Ledger of(History history, Findings findings) {
    OracleLog log = OracleLog.of(history, findings);
    return new Ledger(history, log, KeyStates.of(log, findings));
  }
}
