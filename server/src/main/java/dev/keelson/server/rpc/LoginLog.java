package dev.keelson.server.rpc;

import dev.keelson.server.auth.SafeName;
import dev.keelson.server.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who was not let in; a line a second at most, however often somebody tries (AU42). */
final class LoginLog {
  private static final Logger log = LoggerFactory.getLogger(LoginLog.class);
  private static final long INTERVAL_NANOS = 1_000_000_000;

  private final Clock clock;
  private final AtomicLong nextNanos;
  private final AtomicLong unreported = new AtomicLong();

  LoginLog(Clock clock) {
    this.clock = clock;
    this.nextNanos = new AtomicLong(clock.nanoTime());
  }

  void refused(String user) {
    long count = unreported.incrementAndGet();
    long due = nextNanos.get();
    long now = clock.nanoTime();
    if (now - due >= 0 && nextNanos.compareAndSet(due, now + INTERVAL_NANOS)) {
      unreported.addAndGet(-count);
      log.warn("authentication failed user={} failed_since_last_line={}", SafeName.of(user), count);
    }
  }
}
