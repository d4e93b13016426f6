package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Every member has the same history: equal hashes at equal revisions (DV-hash). */
public final class StateChecker implements Checker {
  /** What makes two hashes comparable. */
  private record Point(long revision, long compactRevision) {}

  private final int members;

  /**
   * @param members so many must have told the hash of one revision
   */
  public StateChecker(int members) {
    this.members = members;
  }

  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    Map<Point, Operation> first = new HashMap<>();
    Map<Point, Set<Integer>> agreed = new HashMap<>();
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.HashKv(long asked)
          && operation.outcome() instanceof Outcome.Ok(_, _, Response.HashKv hash)) {
        long revision = asked > 0 ? asked : hash.hashRevision();
        if (revision <= 0) {
          continue;
        }
        var point = new Point(revision, hash.compactRevision());
        Operation other = first.putIfAbsent(point, operation);
        agreed.computeIfAbsent(point, _ -> new HashSet<>()).add(operation.member());
        if (other != null
            && other.outcome() instanceof Outcome.Ok(_, _, Response.HashKv known)
            && known.hash() != hash.hash()) {
          findings.violation(
              "DV-hash",
              "members %d and %d differ at revision %d"
                  .formatted(other.member(), operation.member(), revision),
              other,
              operation);
        }
      }
    }
    long together = agreed.values().stream().filter(who -> who.size() >= members).count();
    findings.checked("hashes of all members", together);
    if (together == 0) {
      findings.gap("there is no revision of which every member told its hash");
    }
  }
}
