package dev.keelson.server;

import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.auth.PasswordDesk;
import dev.keelson.server.auth.Passwords;
import dev.keelson.server.auth.TokenSetting;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.rpc.AuthDependencies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what finds out who calls. */
final class AuthParts {
  private static final Logger log = LoggerFactory.getLogger(AuthParts.class);
  private static final String PASSWORDS = "keelson-password";
  private static final int DEFAULT_COST = 10;
  private static final int MIN_COST = 4;
  private static final int MAX_COST = 31;

  private AuthParts() {}

  /** The passwords' worker is the caller's to close. */
  static AuthDependencies open(
      ServerConfig.Auth config, LiveStore store, MemberCore.Surroundings around)
      throws StartException {
    try {
      var tokens = config.tokens().open(around.clock(), around.epochSeconds(), around.random());
      store.auth().listen(tokens.follower());
      var passwords =
          new PasswordDesk(
              new Passwords(cost(config.bcryptCost()), around.random()),
              cause -> around.events().memberFailed(PASSWORDS, cause),
              around.workers().worker(PASSWORDS));
      return new AuthDependencies(store.auth().board(), tokens, passwords);
    } catch (TokenSetting.InvalidException e) {
      throw new StartException("--auth-token: " + e.getMessage(), e);
    }
  }

  /** AU11. */
  private static int cost(int wanted) {
    if (wanted >= MIN_COST && wanted <= MAX_COST) {
      return wanted;
    }
    log.warn("--bcrypt-cost={} is not one of 4 to 31: taking {}", wanted, DEFAULT_COST);
    return DEFAULT_COST;
  }
}
