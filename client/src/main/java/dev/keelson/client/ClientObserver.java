package dev.keelson.client;

/**
 * Hears what a client does, for metrics and traces. Must be thread-safe and fast, must not block
 * and must not throw: it is called where the work is done.
 */
public interface ClientObserver {
  /** Hears nothing. */
  ClientObserver NONE = new ClientObserver() {};

  /**
   * A call begins, on its caller's thread.
   *
   * @param method as gRPC names it, such as {@code etcdserverpb.KV/Put}
   */
  default Observation callStarted(String method) {
    return report -> {};
  }

  /** The stream that carries the watchers broke, and so many will go on over another. */
  default void watchersResumed(int watchers) {}

  /** A lease that was kept alive is lost. */
  default void leaseLost(long lease) {}

  /** One call that is under way. */
  @FunctionalInterface
  interface Observation {
    /** The call has ended; called once. */
    void ended(CallReport report);
  }
}
