package dev.keelson.bench;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** What one event loop saw; written by that loop alone and added up when all have ended. */
final class Tally {
  /** Error texts may carry numbers that differ each time; beyond this many they are one. */
  static final int MAX_ERROR_KINDS = 50;

  static final String OTHER_ERRORS = "other errors";

  private static final long LEAST_NANOS = 1_000;
  private static final long MOST_NANOS = 3_600_000_000_000L;
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Histogram reads = histogram();
  private final Histogram writes = histogram();
  private final Map<String, Long> errors = new TreeMap<>();
  private long misses;
  private long conflicts;
  private long unfinished;
  private long unsent;

  private static Histogram histogram() {
    return new Histogram(LEAST_NANOS, MOST_NANOS, SIGNIFICANT_DIGITS);
  }

  void answered(Call call, long latencyNanos, Workload.Outcome outcome) {
    var histogram = call.isRead() ? reads : writes;
    histogram.recordValue(Math.clamp(latencyNanos, 0, MOST_NANOS));
    switch (outcome) {
      case DONE -> {}
      case MISS -> misses++;
      case CONFLICT -> conflicts++;
    }
  }

  void failed(String error) {
    failed(error, 1);
  }

  private void failed(String error, long times) {
    boolean known = errors.containsKey(error) || errors.size() < MAX_ERROR_KINDS;
    errors.merge(known ? error : OTHER_ERRORS, times, Long::sum);
  }

  /** An operation that was on its way when the measurement ended. */
  void unfinished() {
    unfinished++;
  }

  void unsent(long operations) {
    unsent += operations;
  }

  void add(Tally other) {
    reads.add(other.reads);
    writes.add(other.writes);
    other.errors.forEach(this::failed);
    misses += other.misses;
    conflicts += other.conflicts;
    unfinished += other.unfinished;
    unsent += other.unsent;
  }

  Histogram reads() {
    return reads;
  }

  Histogram writes() {
    return writes;
  }

  Histogram all() {
    var all = reads.copy();
    all.add(writes);
    return all;
  }

  Map<String, Long> errors() {
    return errors;
  }

  long misses() {
    return misses;
  }

  long conflicts() {
    return conflicts;
  }

  long unfinishedCount() {
    return unfinished;
  }

  long unsentCount() {
    return unsent;
  }
}
