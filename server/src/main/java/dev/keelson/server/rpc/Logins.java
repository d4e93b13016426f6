package dev.keelson.server.rpc;

import dev.keelson.api.command.AuthCommand;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import dev.keelson.api.etcdserverpb.AuthenticateResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.auth.AuthState;
import dev.keelson.server.auth.Passwords;
import dev.keelson.server.auth.Tokens.Issue;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import java.util.function.LongSupplier;

/**
 * Lets users in who know their password (AU28). The password is checked here, and nowhere else; if
 * the users change meanwhile, it is checked again.
 */
final class Logins {
  /** Nobody changes users as often as that by chance. */
  private static final int MAX_ATTEMPTS = 16;

  private final Replica replica;
  private final AuthDependencies auth;
  private final LongSupplier revision;
  private final ResponseHeaders headers;
  private final LoginLog log;

  Logins(RpcDependencies dependencies, ResponseHeaders headers) {
    this.replica = dependencies.replica();
    this.auth = dependencies.auth();
    this.revision = dependencies.leases().revision();
    this.headers = headers;
    this.log = new LoginLog(dependencies.clock());
  }

  /** Behind a read index. */
  void begin(AuthenticateRequest request, CallContext call, Answer<AuthenticateResponse> answer) {
    new Login(request, call, answer).attempt(MAX_ATTEMPTS);
  }

  private final class Login {
    private final AuthenticateRequest request;
    private final CallContext call;
    private final Answer<AuthenticateResponse> answer;

    Login(AuthenticateRequest request, CallContext call, Answer<AuthenticateResponse> answer) {
      this.request = request;
      this.call = call;
      this.answer = answer;
    }

    void attempt(int left) {
      var state = auth.board().current();
      if (!state.enabled()) {
        answer.fail(EtcdError.AUTH_NOT_ENABLED);
      } else if (left == 0) {
        answer.fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
      } else if (!auth.passwords().offer(desk -> check(state, desk, left))) {
        answer.fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
      }
    }

    /** On the passwords' thread. */
    private void check(AuthState state, Passwords desk, int left) {
      if (call.isCancelled()) {
        return;
      }
      var user = state.users().get(request.getName());
      boolean right;
      if (user == null) {
        desk.takeAsLong(request.getPassword());
        right = false;
      } else if (user.noPassword()) {
        call.resume(() -> answer.fail(EtcdError.NO_PASSWORD_USER));
        return;
      } else {
        right = desk.matches(request.getPassword(), user.passwordHash());
      }
      call.resume(
          () -> {
            if (right) {
              issue(state, left);
            } else {
              log.refused(request.getName());
              answer.fail(EtcdError.AUTH_FAILED);
            }
          });
    }

    private void issue(AuthState state, int left) {
      switch (auth.tokens().issue(request.getName(), state.revision())) {
        case Issue.Refused(var error) -> answer.fail(error);
        case Issue.Ready(var token) -> {
          if (auth.board().current().revision() == state.revision()) {
            succeed(revision.getAsLong(), token);
          } else {
            attempt(left - 1);
          }
        }
        case Issue.ThroughLog(var prefix) -> propose(prefix, state.revision(), left);
      }
    }

    private void propose(String prefix, long authRevision, int left) {
      var login =
          AuthCommand.Login.newBuilder()
              .setUser(request.getName())
              .setTokenPrefix(prefix)
              .setAuthRevision(authRevision);
      var command = Command.newBuilder().setAuth(AuthCommand.newBuilder().setLogin(login)).build();
      replica.propose(
          command, new OfCall<>(call, outcome -> call.resume(() -> proposed(outcome, left))));
    }

    private void proposed(Outcome<ApplyResult> outcome, int left) {
      switch (outcome) {
        case Outcome.Success<ApplyResult>(ApplyResult.LoggedIn(var at, var token)) ->
            succeed(at, token);
        case Outcome.Success<ApplyResult>(ApplyResult.LoginOutdated()) -> attempt(left - 1);
        case Outcome.Success<ApplyResult>(ApplyResult.Refused(var error)) -> answer.fail(error);
        case Outcome.Success<ApplyResult>(var other) ->
            throw new IllegalStateException("a login came to " + other);
        case Outcome.Failure<ApplyResult>(var error) -> answer.fail(error);
      }
    }

    private void succeed(long at, String token) {
      answer.success(
          AuthenticateResponse.newBuilder().setHeader(headers.at(at)).setToken(token).build());
    }
  }
}
