package dev.keelson.storage.mvcc;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** How often the store was read and changed since it was opened. Anyone may ask. */
public final class OperationCounts {
  private final LongAdder ranges = new LongAdder();
  // The apply thread alone adds to these: no locked instruction is needed.
  private final AtomicLong puts = new AtomicLong();
  private final AtomicLong deletes = new AtomicLong();
  private final AtomicLong txns = new AtomicLong();
  private final AtomicLong putBytes = new AtomicLong();

  void ranged(long count) {
    ranges.add(count);
  }

  /** A command has ended that did so much. */
  void ended(int putsDone, int deletesDone, int rangesDone, long bytes) {
    raise(puts, putsDone);
    raise(deletes, deletesDone);
    raise(putBytes, bytes);
    if (rangesDone > 0) {
      ranges.add(rangesDone);
    }
    if (putsDone + deletesDone + rangesDone > 1) {
      raise(txns, 1);
    }
  }

  private static void raise(AtomicLong counter, long by) {
    if (by > 0) {
      counter.setRelease(counter.getPlain() + by);
    }
  }

  /** Reads of ranges and keys, those in transactions included. */
  public long ranges() {
    return ranges.sum();
  }

  public long puts() {
    return puts.get();
  }

  /** Delete operations, each of them of any number of keys. */
  public long deletes() {
    return deletes.get();
  }

  /** Commands of more than one operation. */
  public long txns() {
    return txns.get();
  }

  /** Bytes of the keys and values that were put. */
  public long putBytes() {
    return putBytes.get();
  }
}
