package dev.keelson.server.auth;

import dev.keelson.server.auth.AuthOutcome.TokenEffect;

/** Hears of the tokens that the log makes and ends, on the apply thread. Must not block. */
public interface TokenFollower {
  /** The log made a token. */
  void issued(String user, String token);

  /** The log ended tokens. */
  void ended(TokenEffect effect);

  /** Follows nothing: for tokens of which the log does not know. */
  record Nobody() implements TokenFollower {
    @Override
    public void issued(String user, String token) {}

    @Override
    public void ended(TokenEffect effect) {}
  }
}
