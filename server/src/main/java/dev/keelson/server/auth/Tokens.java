package dev.keelson.server.auth;

import dev.keelson.api.status.EtcdError;

/** Says whose a token is, and makes new ones. Thread-safe. */
public interface Tokens {
  /** Whether a token names somebody. */
  sealed interface Verdict {
    /** It does. */
    record Known(Caller.User caller) implements Verdict {}

    /** It does not. */
    record Unknown() implements Verdict {}

    /** It may, once this member has applied the entry that made it (AU30). */
    record NotYet() implements Verdict {}
  }

  /** How somebody whose password was right comes to a token. */
  sealed interface Issue {
    /** By an entry in the log, which makes the token of this prefix and its own index. */
    record ThroughLog(String prefix) implements Issue {}

    /** At once. */
    record Ready(String token) implements Issue {}

    /** Not at all. */
    record Refused(EtcdError error) implements Issue {}
  }

  /**
   * Judges a token.
   *
   * @param state as of which the caller is found
   * @param appliedIndex of this member, before or after that state
   */
  Verdict judge(String token, AuthState state, long appliedIndex);

  /**
   * Makes a token.
   *
   * @param revision of the users among whom the password was right
   */
  Issue issue(String user, long revision);

  /** Hears of the tokens that the log makes and ends. Apply thread only; must not block. */
  TokenFollower follower();
}
