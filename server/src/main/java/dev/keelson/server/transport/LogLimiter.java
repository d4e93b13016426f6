package dev.keelson.server.transport;

import dev.keelson.server.time.Clock;

/** Lets one line a second through: a peer must not be able to fill the disk with our log. */
final class LogLimiter {
  private static final long INTERVAL_NANOS = 1_000_000_000L;

  private final Clock clock;
  private boolean any;
  private long lastNanos;
  private long suppressed;

  LogLimiter(Clock clock) {
    this.clock = clock;
  }

  /** Whether the line may be written now. If so, ask {@link #takeSuppressed} what it stands for. */
  boolean allows() {
    long now = clock.nanoTime();
    if (any && now - lastNanos < INTERVAL_NANOS) {
      suppressed++;
      return false;
    }
    any = true;
    lastNanos = now;
    return true;
  }

  /** How many lines were held back since the last one. */
  long takeSuppressed() {
    long count = suppressed;
    suppressed = 0;
    return count;
  }
}
