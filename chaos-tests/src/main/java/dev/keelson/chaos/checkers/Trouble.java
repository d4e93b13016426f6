package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** When there was no stable leader, as far as a history tells: leases may then live longer. */
final class Trouble {
  private final List<Fault> faults;
  private final List<Long> leaderChanges = new ArrayList<>();
  private final LeaseChecker.Bounds bounds;

  private Trouble(List<Fault> faults, LeaseChecker.Bounds bounds) {
    this.faults = faults;
    this.bounds = bounds;
  }

  static Trouble of(History history, LeaseChecker.Bounds bounds) {
    var trouble = new Trouble(history.faults(), bounds);
    long term = 0;
    for (Operation operation : byReturn(history.operations())) {
      if (operation.outcome() instanceof Outcome.Ok ok && ok.term() > term) {
        if (term > 0) {
          trouble.leaderChanges.add(operation.returnNanos());
        }
        term = ok.term();
      }
    }
    return trouble;
  }

  static List<Operation> byReturn(List<Operation> operations) {
    return operations.stream().sorted(Comparator.comparingLong(Operation::returnNanos)).toList();
  }

  /** By how much the end of a lease that was renewed last at a moment may come later (LE-max). */
  long extensionNanos(long fromNanos, long untilNanos, long ttlNanos) {
    long again = ttlNanos + bounds.election().toNanos();
    long extension = 0;
    for (Fault fault : faults) {
      long overlap =
          Math.min(fault.untilNanos(), untilNanos) - Math.max(fault.fromNanos(), fromNanos);
      if (overlap >= -again) {
        extension += Math.max(0, overlap) + again;
      }
    }
    for (long change : leaderChanges) {
      if (change >= fromNanos && change <= untilNanos + again) {
        extension += again;
      }
    }
    return extension;
  }

  boolean anyBefore(long nanos) {
    return leaderChanges.stream().anyMatch(change -> change <= nanos)
        || faults.stream().anyMatch(fault -> fault.fromNanos() <= nanos);
  }
}
