package dev.keelson.server.replica;

/** Waits for an outcome. */
@FunctionalInterface
public interface Completion<T> {
  /** Hears the outcome, exactly once, on whatever thread found it. Must not block or throw. */
  void complete(Outcome<T> outcome);

  /** Nobody waits any more: what is not under way yet need not be done. Thread-safe. */
  default boolean isCancelled() {
    return false;
  }
}
