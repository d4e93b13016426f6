package dev.keelson.storage.work;

/**
 * What a {@link Worker} does, again and again. The worker owns it: all its methods are called by
 * one thread, one after the other, until {@link #end} or {@link #failed}, the last of them.
 */
public interface Round {
  /** Returned by {@link #run} where only a wake-up leads to more work. */
  long WHEN_WOKEN = Long.MAX_VALUE;

  /**
   * Does what has gathered, without waiting for more.
   *
   * @return nanoseconds after which it wants to run again, woken or not; 0 for at once
   */
  long run();

  /** Whether there is work: asked before the worker sleeps, so that no wake-up is missed. */
  boolean hasWork();

  /** Whether others should run before a round, who may have more for it. */
  default boolean gathersLoad() {
    return false;
  }

  /** The worker was closed: what must be done before it ends. */
  default void end() {}

  /** The worker has ended, as a round or the end could not be done. */
  void failed(Throwable cause);
}
