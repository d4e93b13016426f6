package dev.keelson.conformance.process;

import java.util.concurrent.locks.LockSupport;

/** Between two looks at a process that may not be ready. */
final class Pause {
  private static final long LOOK_AGAIN_NANOS = 20_000_000;

  private Pause() {}

  static void shortly() {
    LockSupport.parkNanos(LOOK_AGAIN_NANOS);
  }
}
