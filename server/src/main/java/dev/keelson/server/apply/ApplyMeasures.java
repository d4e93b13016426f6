package dev.keelson.server.apply;

import dev.keelson.server.measure.Distribution;
import java.util.concurrent.atomic.LongAdder;

/** What applying takes. Recorded once a batch, not for each entry. */
public final class ApplyMeasures {
  private final Distribution batches = Distribution.ofCounts(13);
  private final Distribution times = Distribution.ofSeconds(0.0001, 2, 20);
  private final Distribution commits = Distribution.ofSeconds(0.001, 2, 14);
  private final LongAdder slow = new LongAdder();

  void committed(long nanos) {
    commits.record(nanos);
  }

  void applied(int entries, long nanos, boolean tooLong) {
    batches.record(entries);
    times.record(nanos);
    if (tooLong) {
      slow.increment();
    }
  }

  /** Entries that became visible together. */
  public Distribution batches() {
    return batches;
  }

  /** Seconds from a batch's first entry to its last answer. */
  public Distribution times() {
    return times;
  }

  /** Seconds that the store took for a batch. */
  public Distribution commits() {
    return commits;
  }

  /** Batches that took so long that the log tells of them. */
  public long slow() {
    return slow.sum();
  }
}
