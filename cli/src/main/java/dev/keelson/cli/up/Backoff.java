package dev.keelson.cli.up;

/**
 * How long a member that died rests before its next start: twice as long each time, up to a bound.
 */
final class Backoff {
  static final long FIRST_MILLIS = 1_000;
  static final long MAX_MILLIS = 30_000;

  /** A run of this length was a good one. */
  static final long GOOD_RUN_MILLIS = 60_000;

  private long nextMillis = FIRST_MILLIS;

  /** The rest after a run of this length. */
  long afterRunOf(long runMillis) {
    if (runMillis >= GOOD_RUN_MILLIS) {
      nextMillis = FIRST_MILLIS;
    }
    long rest = nextMillis;
    nextMillis = Math.min(MAX_MILLIS, 2 * nextMillis);
    return rest;
  }
}
