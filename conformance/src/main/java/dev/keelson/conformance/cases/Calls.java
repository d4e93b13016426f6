package dev.keelson.conformance.cases;

import com.google.common.util.concurrent.ListenableFuture;
import dev.keelson.conformance.store.CaseFailure;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Answers of calls that run at the same time, and pauses where time itself is the case. */
final class Calls {
  private static final long AT_MOST_SECONDS = 30;

  private Calls() {}

  static <T> T await(ListenableFuture<T> call) {
    try {
      return call.get(AT_MOST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new CaseFailure("no answer in " + AT_MOST_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaseFailure("interrupted");
    }
  }

  /** Waits for something to become true. */
  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(AT_MOST_SECONDS).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new CaseFailure("not within " + AT_MOST_SECONDS + " s: " + what);
      }
      pause(Duration.ofMillis(10));
    }
  }

  /** Lets time pass; returns at once for a time that is over. */
  static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
