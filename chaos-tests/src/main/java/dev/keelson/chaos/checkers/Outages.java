package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Operation;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The longest time in which nobody's write was acknowledged, by the kind of what was broken. Faults
 * that held together with others are left out: whose the time was is not known.
 */
public record Outages(Map<String, Duration> longest) {
  public Outages {
    longest = Collections.unmodifiableMap(new TreeMap<>(longest));
  }

  public static Outages of(History history) {
    long[] acknowledged =
        history.operations().stream()
            .filter(operation -> Writes.revisionMade(operation).isPresent())
            .mapToLong(Operation::returnNanos)
            .sorted()
            .toArray();
    List<Fault> faults = history.faults();
    Map<String, Duration> longest = new TreeMap<>();
    for (Fault fault : faults) {
      if (faults.stream().allMatch(other -> other.equals(fault) || apart(other, fault))) {
        longest.merge(
            fault.kind(),
            Duration.ofNanos(longestGap(acknowledged, fault)),
            (a, b) -> a.compareTo(b) >= 0 ? a : b);
      }
    }
    return new Outages(longest);
  }

  private static boolean apart(Fault one, Fault other) {
    return one.untilNanos() < other.fromNanos() || one.fromNanos() > other.untilNanos();
  }

  /** Of those between two answers that the fault has a part in. */
  private static long longestGap(long[] acknowledged, Fault fault) {
    long longest = 0;
    for (int i = 1; i < acknowledged.length; i++) {
      if (acknowledged[i] > fault.fromNanos() && acknowledged[i - 1] < fault.untilNanos()) {
        longest = Math.max(longest, acknowledged[i] - acknowledged[i - 1]);
      }
    }
    return longest;
  }
}
