package dev.keelson.client.recipe;

import java.time.Duration;

/** A moment until which something is waited for. */
record Deadline(long nanos) {
  /** Longer than any program runs. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  static Deadline in(Duration limit) {
    Duration bounded = limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
    return new Deadline(System.nanoTime() + bounded.toNanos());
  }

  static Deadline never() {
    return in(LONGEST);
  }

  long leftNanos() {
    return nanos - System.nanoTime();
  }

  boolean isOver() {
    return leftNanos() <= 0;
  }
}
