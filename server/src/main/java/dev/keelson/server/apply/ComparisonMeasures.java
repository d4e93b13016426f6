package dev.keelson.server.apply;

import java.util.concurrent.atomic.LongAdder;

/** How the comparison of states goes. Counted on the apply thread, told on any. */
public final class ComparisonMeasures {
  private final LongAdder different = new LongAdder();
  private volatile long agreedIndex;

  void agreed(long index) {
    agreedIndex = index;
  }

  void differed() {
    different.increment();
  }

  /** The last index at which what a member said of its state was true of this one's; 0 if none. */
  public long agreedIndex() {
    return agreedIndex;
  }

  /** Claims that were not true of this member's state. */
  public long different() {
    return different.sum();
  }
}
