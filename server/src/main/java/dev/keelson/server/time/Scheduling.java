package dev.keelson.server.time;

/** The only place that speaks to the machine's scheduler. */
public final class Scheduling {
  private Scheduling() {}

  /**
   * Lets whoever else is ready to run go first, once. On a busy machine those are the threads that
   * have more work for the caller's next batch; on an idle one this returns at once.
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint: nothing but the size of a batch depends on it
  public static void letOthersRun() {
    Thread.yield();
  }
}
