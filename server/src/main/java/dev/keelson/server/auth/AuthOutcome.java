package dev.keelson.server.auth;

import dev.keelson.api.status.EtcdError;

/** What a command about users and roles came to. */
public sealed interface AuthOutcome {
  /** There is nothing to do. */
  record Unchanged() implements AuthOutcome {}

  /** The state is another one from here on. */
  record Changed(AuthState next, TokenEffect tokens) implements AuthOutcome {}

  /** A token exists from here on. */
  record LoggedIn(String user, String token) implements AuthOutcome {}

  /** The users are not those any more among whom the password was right (AU28). */
  record Outdated() implements AuthOutcome {}

  /** Nothing was done. */
  record Refused(EtcdError error) implements AuthOutcome {}

  /** Whose tokens a change ends (AU30). */
  sealed interface TokenEffect {
    /** Nobody's. */
    record None() implements TokenEffect {}

    /** One user's. */
    record EndUser(String user) implements TokenEffect {}

    /** Everybody's. */
    record EndAll() implements TokenEffect {}
  }
}
