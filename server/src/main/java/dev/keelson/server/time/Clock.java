package dev.keelson.server.time;

/** Monotonic time, handed in. Never the wall clock: it may jump (TM-wall). Thread-safe. */
public interface Clock {
  /** Nanoseconds since an arbitrary moment; compare by difference only. */
  long nanoTime();
}
