package dev.keelson.server.replica;

/** Hears the outcome, exactly once, on whatever thread found it. Must not block or throw. */
@FunctionalInterface
public interface Completion<T> {
  void complete(Outcome<T> outcome);
}
