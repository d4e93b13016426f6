package dev.keelson.chaos.simulation;

/**
 * How fast a member's workers are scheduled and its disk syncs; drawn for each run, changed by
 * faults. Nanoseconds.
 */
final class Pace {
  private static final String LOG = "keelson-wal";

  /** A sync that has begun ends within the time to recover, whatever befell its disk before. */
  private static final long LONGEST_SYNC_NANOS = 10_000_000_000L;

  private final Chance chance;
  private final Settings.Speeds speeds;
  private long diskFactor = 1;

  Pace(Chance chance, Settings.Speeds speeds) {
    this.chance = chance;
    this.speeds = speeds;
  }

  /** Syncs and flushes take so many times as long from now on. */
  void slowDisk(long factor) {
    diskFactor = factor;
  }

  /** Between a wake-up and the end of the round it leads to. */
  long beforeRound(String worker) {
    if (worker.equals(LOG)) {
      return Math.min(LONGEST_SYNC_NANOS, chance.delay(speeds.syncNanos()) * diskFactor);
    }
    return 1_000 + chance.delay(speeds.threadNanos());
  }

  /** A step of a call on its connection's thread. */
  long beforeCall() {
    return 1_000 + chance.delay(speeds.threadNanos());
  }
}
