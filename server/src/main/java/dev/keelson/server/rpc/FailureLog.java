package dev.keelson.server.rpc;

import dev.keelson.server.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls that failed for a reason of ours; a line a second at most, however many they are. */
final class FailureLog {
  private static final Logger log = LoggerFactory.getLogger(FailureLog.class);
  private static final long INTERVAL_NANOS = 1_000_000_000;

  private final Clock clock;
  private final AtomicLong nextNanos;
  private final AtomicLong unreported = new AtomicLong();

  FailureLog(Clock clock) {
    this.clock = clock;
    this.nextNanos = new AtomicLong(clock.nanoTime());
  }

  void callFailed(String method, Throwable cause) {
    long count = unreported.incrementAndGet();
    long due = nextNanos.get();
    long now = clock.nanoTime();
    if (now - due >= 0 && nextNanos.compareAndSet(due, now + INTERVAL_NANOS)) {
      unreported.addAndGet(-count);
      log.error("call failed method={} failed_since_last_line={}", method, count, cause);
    }
  }
}
