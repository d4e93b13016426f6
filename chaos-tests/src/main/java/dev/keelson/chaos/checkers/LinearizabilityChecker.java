package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Linearizability of single keys by search (Wing and Gong, with Lowe's memory of where it has
 * been), without a look at any revision: a second opinion on {@link FastChecker}. A long history of
 * a key is judged up to the call of its 2,000th operation; what had not returned by then may have
 * happened.
 */
public final class LinearizabilityChecker implements Checker {
  private static final int SLICE = 2_000;
  private static final int STEPS = 2_000_000;

  private final KeyRange keys;

  public LinearizabilityChecker(KeyRange keys) {
    this.keys = keys;
  }

  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    Map<Bytes, List<RegisterCall>> byKey = new TreeMap<>();
    var unfit = new ArrayList<KeyRange>();
    for (Operation operation : ledger.history().operations()) {
      if (operation.outcome() instanceof Outcome.Definite) {
        continue;
      }
      RegisterCall.of(operation)
          .ifPresentOrElse(
              call -> byKey.computeIfAbsent(call.key(), _ -> new ArrayList<>()).add(call),
              () -> unfit.addAll(RegisterCall.changesBeyond(operation.request())));
    }
    long undecided = 0;
    long decided = 0;
    for (Map.Entry<Bytes, List<RegisterCall>> entry : byKey.entrySet()) {
      Bytes key = entry.getKey();
      if (!keys.contains(key) || unfit.stream().anyMatch(range -> range.contains(key))) {
        continue;
      }
      List<RegisterCall> calls = RegisterCall.prune(slice(entry.getValue()));
      var search = new RegisterSearch(calls, STEPS);
      switch (search.run()) {
        case LINEARIZABLE -> decided++;
        case UNDECIDED -> undecided++;
        case IMPOSSIBLE -> {
          decided++;
          findings.violation(
              "linearizability",
              "no order of the calls of " + key + " explains these",
              List.copyOf(search.stuckAt()));
        }
      }
    }
    findings.checked("registers searched", decided);
    findings.checked("registers undecided", undecided);
  }

  /** A beginning of a linearizable history is linearizable, if what is open may be either way. */
  private static List<RegisterCall> slice(List<RegisterCall> calls) {
    if (calls.size() <= SLICE) {
      return calls;
    }
    long end = calls.get(SLICE).callNanos();
    return calls.subList(0, SLICE).stream()
        .filter(call -> call.returnNanos() < end || call.writes())
        .map(call -> call.returnNanos() < end ? call : call.open())
        .toList();
  }
}
