package dev.keelson.server.rpc;

import dev.keelson.server.replica.Damage;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that failed for a reason of ours; a line a second at most, however many they are. What
 * shows that the member cannot be trusted ends it.
 */
final class FailureLog {
  private static final Logger log = LoggerFactory.getLogger(FailureLog.class);
  private static final long INTERVAL_NANOS = 1_000_000_000;

  private final Clock clock;
  private final MemberFailure failure;
  private final AtomicLong nextNanos;
  private final AtomicLong unreported = new AtomicLong();

  FailureLog(Clock clock, MemberFailure failure) {
    this.clock = clock;
    this.failure = failure;
    this.nextNanos = new AtomicLong(clock.nanoTime());
  }

  void callFailed(String method, Throwable cause) {
    if (Damage.isShownBy(cause)) {
      failure.memberFailed(Thread.currentThread().getName(), cause);
    }
    long count = unreported.incrementAndGet();
    long due = nextNanos.get();
    long now = clock.nanoTime();
    if (now - due >= 0 && nextNanos.compareAndSet(due, now + INTERVAL_NANOS)) {
      unreported.addAndGet(-count);
      log.error("call failed method={} failed_since_last_line={}", method, count, cause);
    }
  }
}
