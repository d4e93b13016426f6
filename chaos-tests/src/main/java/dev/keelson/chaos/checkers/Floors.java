package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Compaction: what was forgotten stays forgotten, and nothing else is (R7, C1 to C3). */
final class Floors {
  private Floors() {}

  static void check(Ledger ledger, Findings findings) {
    List<Operation> asked = new ArrayList<>();
    List<Operation> acked = new ArrayList<>();
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.Compact) {
        if (!(operation.outcome() instanceof Outcome.Definite)) {
          asked.add(operation);
        }
        if (operation.isOk()) {
          acked.add(operation);
        }
      }
    }
    acked.sort(Comparator.comparingLong(Operation::returnNanos));
    NavigableMap<Long, Operation> floors = new TreeMap<>();
    long highest = 0;
    for (Operation compaction : acked) {
      long floor = floorOf(compaction);
      if (floor > highest) {
        highest = floor;
        floors.put(compaction.returnNanos(), compaction);
      }
    }
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.Range range && range.options().revision() > 0) {
        notBelow(floors, operation, range, findings);
        notTooEarly(asked, operation, range, findings);
      }
    }
  }

  private static void notBelow(
      NavigableMap<Long, Operation> floors,
      Operation operation,
      Request.Range range,
      Findings findings) {
    if (!operation.isOk() || range.options().serializable()) {
      return;
    }
    Optional.ofNullable(floors.lowerEntry(operation.callNanos()))
        .map(entry -> entry.getValue())
        .filter(compaction -> range.options().revision() < floorOf(compaction))
        .ifPresent(
            compaction ->
                findings.violation(
                    "compact-floor", "it read what was compacted", compaction, operation));
  }

  private static void notTooEarly(
      List<Operation> asked, Operation operation, Request.Range range, Findings findings) {
    if (!(operation.outcome() instanceof Outcome.Definite(String reason))
        || !reason.contains("has been compacted")) {
      return;
    }
    boolean possible =
        asked.stream()
            .anyMatch(
                compaction ->
                    compaction.callNanos() <= operation.returnNanos()
                        && floorOf(compaction) > range.options().revision());
    if (!possible) {
      findings.violation("compact-early", "nobody had compacted that far", operation);
    }
  }

  private static long floorOf(Operation compaction) {
    return compaction.request() instanceof Request.Compact(long revision) ? revision : 0;
  }

  /** The highest floor that a compaction called before a moment can have set. */
  static long highestAskedBefore(List<Operation> compactions, long nanos) {
    return compactions.stream()
        .filter(compaction -> compaction.callNanos() <= nanos)
        .mapToLong(Floors::floorOf)
        .max()
        .orElse(0);
  }

  static List<Operation> compactions(Ledger ledger) {
    return ledger.history().operations().stream()
        .filter(operation -> operation.request() instanceof Request.Compact)
        .filter(operation -> !(operation.outcome() instanceof Outcome.Definite))
        .toList();
  }

  /**
   * The floor of a member, as its answer tells it. An answer about a revision of old may be an old
   * one (C13).
   */
  static Optional<Long> observedFloor(Operation operation) {
    return operation.request() instanceof Request.HashKv(long asked)
            && asked == 0
            && operation.outcome() instanceof Outcome.Ok(_, _, Response.HashKv hash)
        ? Optional.of(hash.compactRevision())
        : Optional.empty();
  }
}
