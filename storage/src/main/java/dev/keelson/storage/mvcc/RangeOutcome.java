package dev.keelson.storage.mvcc;

import java.util.List;

/** What a range read found. */
public sealed interface RangeOutcome {

  /**
   * The keys, sorted and cut as asked.
   *
   * @param more whether the limit cut some (R12)
   * @param count visible keys of the range, before filters and limit (R8)
   */
  record Found(List<KeyValue> kvs, boolean more, long count) implements RangeOutcome {
    public Found {
      kvs = List.copyOf(kvs);
    }
  }

  /** The revision lies below the compacted one (R7). */
  record Compacted(long compactRevision) implements RangeOutcome {}

  /** The revision is not written yet (R7). */
  record Future(long currentRevision) implements RangeOutcome {}
}
