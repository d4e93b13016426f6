package dev.keelson.server.auth;

import dev.keelson.api.status.EtcdError;

/** {@code --auth-token ""}: nobody gets one, and none is right (AU33). */
public record NoTokens() implements Tokens {
  @Override
  public Verdict judge(String token, AuthState state, long appliedIndex) {
    return new Verdict.Unknown();
  }

  @Override
  public Issue issue(String user, long revision) {
    return new Issue.Refused(EtcdError.AUTH_FAILED);
  }

  @Override
  public TokenFollower follower() {
    return new TokenFollower.Nobody();
  }
}
