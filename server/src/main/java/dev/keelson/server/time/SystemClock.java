package dev.keelson.server.time;

/** The machine's clocks. */
public final class SystemClock implements Clock {
  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** The wall clock, in seconds since 1970. It may jump: good for names, never for decisions. */
  public static long epochSeconds() {
    return System.currentTimeMillis() / 1_000;
  }
}
