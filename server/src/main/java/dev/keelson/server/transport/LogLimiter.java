package dev.keelson.server.transport;

import dev.keelson.server.time.Clock;
import java.util.LinkedHashMap;
import java.util.OptionalLong;

/**
 * Lets one line a second of each kind through: a peer must not be able to fill the disk with our
 * log, nor to hide by one thing that we have to say of another. Belongs to the event loop.
 */
final class LogLimiter {
  /** Far more than there are; past it the kind that was silent longest is forgotten (MEM-bound). */
  static final int MAX_KINDS = 64;

  private static final long INTERVAL_NANOS = 1_000_000_000L;

  private final Clock clock;

  /** By kind, the one spoken of last at the end. */
  private final LinkedHashMap<String, Spoken> kinds = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Spoken {
    final long atNanos;
    long suppressed;

    Spoken(long atNanos) {
      this.atNanos = atNanos;
    }
  }

  LogLimiter(Clock clock) {
    this.clock = clock;
  }

  /**
   * Asks for one line.
   *
   * @param kind never made of what a stranger says
   * @return how many lines of this kind were held back since the last one; empty if this one is
   */
  OptionalLong admit(String kind) {
    long now = clock.nanoTime();
    var last = kinds.get(kind);
    if (last != null && now - last.atNanos < INTERVAL_NANOS) {
      last.suppressed++;
      return OptionalLong.empty();
    }
    kinds.put(kind, new Spoken(now));
    if (kinds.size() > MAX_KINDS) {
      kinds.pollFirstEntry();
    }
    return OptionalLong.of(last == null ? 0 : last.suppressed);
  }
}
