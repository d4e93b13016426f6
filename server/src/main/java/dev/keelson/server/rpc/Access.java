package dev.keelson.server.rpc;

import dev.keelson.api.command.Command;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.auth.AuthBoard;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.auth.AuthState;
import dev.keelson.server.auth.Caller;
import dev.keelson.server.auth.Tokens;
import dev.keelson.storage.mvcc.ReadView;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Finds out who calls, and under which users and roles. While authentication is off that is one
 * look at the board. Thread-safe.
 *
 * @param appliedIndex of this member: a token may be younger than what is applied here (AU30)
 */
record Access(AuthBoard board, Tokens tokens, LongSupplier appliedIndex) {
  private static final long FIRST_WAIT_MILLIS = 2;
  private static final long LONGEST_WAIT_MILLIS = 100;

  static Access of(RpcDependencies dependencies) {
    var auth = dependencies.auth();
    var replica = dependencies.replica();
    return new Access(auth.board(), auth.tokens(), () -> replica.status().appliedIndex());
  }

  /** Where a call goes on, later if it must. */
  interface Waiting {
    /** Goes on some time later, unless the call is over by then. */
    void resumeAfter(long millis, Runnable work);
  }

  /** Goes on with who calls, perhaps later; or answers why it cannot. */
  void identify(CallContext call, Answer<?> answer, Consumer<AuthSession> then) {
    var state = board.current();
    if (state.enabled()) {
      identify(call.credentials(), call::resumeAfter, answer::fail, then);
    } else {
      then.accept(state.anonymous());
    }
  }

  /** As {@link #identify(CallContext, Answer, Consumer)}, for what is no call with one answer. */
  void identify(
      Credentials credentials,
      Waiting waiting,
      Consumer<EtcdError> refused,
      Consumer<AuthSession> then) {
    if (board.current().enabled()) {
      var token = credentials.token();
      if (token.isPresent()) {
        judge(new Attempt(token.get(), waiting, refused, then), FIRST_WAIT_MILLIS);
        return;
      }
    }
    then.accept(board.current().anonymous());
  }

  private record Attempt(
      String token, Waiting waiting, Consumer<EtcdError> refused, Consumer<AuthSession> then) {}

  private void judge(Attempt attempt, long waitMillis) {
    long applied = appliedIndex.getAsLong();
    AuthState state = board.current();
    if (!state.enabled()) {
      attempt.then.accept(state.anonymous());
      return;
    }
    switch (tokens.judge(attempt.token, state, applied)) {
      case Tokens.Verdict.Known(var caller) -> attempt.then.accept(new AuthSession(state, caller));
      case Tokens.Verdict.Unknown() -> attempt.refused.accept(EtcdError.INVALID_AUTH_TOKEN);
      case Tokens.Verdict.NotYet() ->
          attempt.waiting.resumeAfter(
              waitMillis, () -> judge(attempt, Math.min(2 * waitMillis, LONGEST_WAIT_MILLIS)));
    }
  }

  /** Goes on if the caller passes; otherwise answers why it does not. */
  void require(
      Function<AuthSession, Optional<EtcdError>> check,
      CallContext call,
      Answer<?> answer,
      Consumer<AuthSession> then) {
    identify(
        call,
        answer,
        session -> {
          var error =
              session.state().enabled() ? check.apply(session) : Optional.<EtcdError>empty();
          error.ifPresentOrElse(answer::fail, () -> then.accept(session));
        });
  }

  /**
   * Goes on if the caller passes, with what guards the reading: whoever passed may not read what
   * came with other users and roles than those by which it passed (I21, AU38).
   */
  void requireToRead(
      Function<AuthSession, Optional<EtcdError>> check,
      CallContext call,
      Answer<?> answer,
      Consumer<ReadGuard> then) {
    require(check, call, answer, session -> then.accept(new ReadGuard(this, session, answer)));
  }

  /**
   * Guards one reading.
   *
   * @param session that began before the view was opened
   */
  record ReadGuard(Access access, AuthSession session, Answer<?> answer) {
    Consumer<ReadView> of(Consumer<ReadView> read) {
      return view -> {
        if (access.stillHolds(session)) {
          read.accept(view);
        } else {
          answer.fail(EtcdError.AUTH_OLD_REVISION);
        }
      };
    }
  }

  /** Goes on where it costs others nothing: to look at one's caller takes a moment. */
  void onFittingThread(CallContext call, Runnable work) {
    if (board.current().enabled()) {
      call.resume(work);
    } else {
      work.run();
    }
  }

  /**
   * Whether what was read under a session may be told: by a view that was opened after the session
   * began (I21, AU38).
   */
  boolean stillHolds(AuthSession session) {
    return board.isCurrent(session.state());
  }

  /** Tells with a command whose wish it is. */
  static Command.Builder sign(Command.Builder command, AuthSession session) {
    if (session.caller() instanceof Caller.User(var name, var revision)) {
      command.setCaller(
          dev.keelson.api.command.Caller.newBuilder().setUser(name).setAuthRevision(revision));
    }
    return command;
  }
}
