package dev.keelson.server.time;

/** The machine's monotonic clock. */
public final class SystemClock implements Clock {
  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
