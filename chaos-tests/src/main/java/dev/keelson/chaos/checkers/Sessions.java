package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What may not go back (3.5, step 6): a member's term and compaction floor, ever; the revision that
 * one process sees of one member, while that member runs.
 */
final class Sessions {
  /** A number that was seen between two moments. */
  private record Seen(Operation operation, long number) {}

  private Sessions() {}

  static void check(Ledger ledger, Findings findings) {
    Map<Integer, List<Seen>> terms = new TreeMap<>();
    Map<Integer, List<Seen>> floors = new TreeMap<>();
    Map<Long, List<Seen>> revisions = new HashMap<>();
    Map<Integer, NavigableSet<Long>> starts = startsByMember(ledger);
    for (Operation operation : ledger.history().operations()) {
      int member = operation.member();
      if (operation.outcome() instanceof Outcome.Ok ok && ok.term() > 0) {
        terms.computeIfAbsent(member, _ -> new ArrayList<>()).add(new Seen(operation, ok.term()));
      }
      Floors.observedFloor(operation)
          .ifPresent(
              floor ->
                  floors
                      .computeIfAbsent(member, _ -> new ArrayList<>())
                      .add(new Seen(operation, floor)));
      if (operation.isOk() && operation.request() instanceof Request.Kv) {
        long session = ((long) operation.process() << 32) | member;
        long revision = operation.response().map(Response::revision).orElse(0L);
        revisions
            .computeIfAbsent(session, _ -> new ArrayList<>())
            .add(new Seen(operation, revision));
      }
    }
    terms.values().forEach(seen -> neverBack("term-back", seen, findings));
    floors.values().forEach(seen -> neverBack("floor-back", seen, findings));
    revisions.values().forEach(seen -> neverBackWhileItRuns(seen, starts, findings));
  }

  private static Map<Integer, NavigableSet<Long>> startsByMember(Ledger ledger) {
    Map<Integer, NavigableSet<Long>> starts = new HashMap<>();
    for (Item.MemberStarted start : ledger.history().starts()) {
      starts.computeIfAbsent(start.member(), _ -> new TreeSet<>()).add(start.nanos());
    }
    return starts;
  }

  private static void neverBack(String rule, List<Seen> seen, Findings findings) {
    var returned = new ArrayList<>(seen);
    returned.sort(Comparator.comparingLong(one -> one.operation().returnNanos()));
    int next = 0;
    Optional<Seen> highest = Optional.empty();
    for (Seen one : seen) {
      while (returned.get(next).operation().returnNanos() < one.operation().callNanos()) {
        Seen before = returned.get(next++);
        if (highest.isEmpty() || before.number() > highest.get().number()) {
          highest = Optional.of(before);
        }
      }
      if (highest.isPresent() && one.number() < highest.get().number()) {
        findings.violation(
            rule,
            "%d after %d".formatted(one.number(), highest.get().number()),
            highest.get().operation(),
            one.operation());
      }
    }
  }

  /** One process calls one at a time, so that the order of its calls is their order. */
  private static void neverBackWhileItRuns(
      List<Seen> seen, Map<Integer, NavigableSet<Long>> starts, Findings findings) {
    for (int i = 1; i < seen.size(); i++) {
      Seen before = seen.get(i - 1);
      Seen after = seen.get(i);
      Optional<Long> restart =
          Optional.ofNullable(
              starts
                  .getOrDefault(after.operation().member(), new TreeSet<>())
                  .ceiling(before.operation().callNanos()));
      boolean restarted = restart.filter(t -> t <= after.operation().returnNanos()).isPresent();
      if (!restarted && after.number() < before.number()) {
        findings.violation(
            "session",
            "revision %d after %d of one member".formatted(after.number(), before.number()),
            before.operation(),
            after.operation());
      }
    }
  }
}
