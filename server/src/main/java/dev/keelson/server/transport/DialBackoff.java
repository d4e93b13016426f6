package dev.keelson.server.transport;

import dev.keelson.raft.RandomSource;

/** How long to wait before the next dial: doubling, with jitter, so that members do not collide. */
final class DialBackoff {
  private final TransportConfig.Timing timing;
  private final RandomSource random;
  private int failures;

  DialBackoff(TransportConfig.Timing timing, RandomSource random) {
    this.timing = timing;
    this.random = random;
  }

  /** In milliseconds, between half and the whole of what the failures so far call for. */
  long nextMillis(boolean refused) {
    var longest = refused ? timing.longestRefusedRetry() : timing.longestRetry();
    long doubled = timing.firstRetry().toMillis() << Math.min(failures, 20);
    long wait = Math.max(1, Math.min(doubled, longest.toMillis()));
    failures++;
    return wait - random.nextInt((int) (wait / 2) + 1);
  }

  void succeeded() {
    failures = 0;
  }
}
