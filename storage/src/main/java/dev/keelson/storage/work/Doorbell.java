package dev.keelson.storage.work;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes one thread that waits for several sources at once. Ringing costs one volatile read while
 * the owner is awake.
 */
final class Doorbell {
  private final AtomicReference<@Nullable Thread> sleeper = new AtomicReference<>();

  void ring() {
    if (sleeper.get() != null) {
      var thread = sleeper.getAndSet(null);
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }
  }

  /**
   * Waits until rung, or the time is over, or there is work already.
   *
   * @param hasWork asked after the bell is armed, so that nothing rung before is missed
   */
  void await(long nanos, BooleanSupplier hasWork) {
    if (nanos <= 0) {
      return;
    }
    sleeper.set(Thread.currentThread());
    try {
      if (!hasWork.getAsBoolean()) {
        LockSupport.parkNanos(this, nanos);
      }
    } finally {
      sleeper.set(null);
    }
  }
}
