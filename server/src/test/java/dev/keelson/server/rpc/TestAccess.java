package dev.keelson.server.rpc;

import dev.keelson.server.auth.AuthBoard;
import dev.keelson.server.auth.AuthState;
import dev.keelson.server.auth.NoTokens;
import dev.keelson.server.auth.PasswordDesk;
import dev.keelson.server.auth.Passwords;
import dev.keelson.server.auth.TestRandom;
import dev.keelson.storage.work.WorkerThreads;
import java.lang.Thread.UncaughtExceptionHandler;

/** Authentication as it is at first: off. */
final class TestAccess {
  static final Access OFF =
      new Access(new AuthBoard(AuthState.INITIAL), new NoTokens(), () -> Long.MAX_VALUE);

  static final UncaughtExceptionHandler NO_BUGS =
      (thread, bug) -> {
        throw new AssertionError(thread.getName(), bug);
      };

  private TestAccess() {}

  static AuthDependencies dependencies() {
    return new AuthDependencies(
        OFF.board(),
        OFF.tokens(),
        new PasswordDesk(
            new Passwords(4, new TestRandom(1)),
            cause -> {
              throw new AssertionError(cause);
            },
            new WorkerThreads().worker("never started")));
  }
}
