package dev.keelson.server.replica;

import dev.keelson.api.status.EtcdError;

/** How something that was waited for ended. */
public sealed interface Outcome<T> {

  /** It came about. */
  record Success<T>(T value) implements Outcome<T> {}

  /** It did not, or nobody knows: the error's class says which (reliability.md 1.3). */
  record Failure<T>(EtcdError error) implements Outcome<T> {}
}
