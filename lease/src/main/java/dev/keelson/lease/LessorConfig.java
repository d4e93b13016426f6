package dev.keelson.lease;

/**
 * The lessor's bounds.
 *
 * @param extensionNanos what a new leader adds to every lease: the election timeout (L13)
 * @param checkpointNanos how often the remaining time of a long lease is recorded (L14)
 * @param retryNanos when an expiry that has had no effect is handed out again (L5)
 */
public record LessorConfig(long extensionNanos, long checkpointNanos, long retryNanos) {
  private static final long SECOND = 1_000_000_000;

  /** The production bounds. */
  public static LessorConfig defaults(long electionNanos) {
    return of(electionNanos, 300 * SECOND);
  }

  /** The production bounds, but for how often remaining times are recorded. */
  public static LessorConfig of(long electionNanos, long checkpointNanos) {
    return new LessorConfig(electionNanos, checkpointNanos, 5 * SECOND + 2 * electionNanos);
  }
}
