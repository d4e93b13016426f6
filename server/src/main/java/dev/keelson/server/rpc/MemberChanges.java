package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.apply.MemberRegister;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.cluster.MemberPlan;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ReconfigurationRules;
import dev.keelson.server.replica.MembershipLog;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Carries changes of the members through. A change is planned on a table that is up to date and
 * refused by the leader if the members are others by then; then it is planned again. Without a
 * leader, or while another change is under way, the call waits as long as its client does (MB4).
 */
final class MemberChanges {
  private static final int RETRY_MILLIS = 50;

  /** After these the change has not been made, nor will it be. */
  private static final Set<EtcdError> NOT_MADE =
      Set.of(
          EtcdError.LEADER_CHANGED,
          EtcdError.TIMEOUT_DUE_TO_LEADER_FAIL,
          EtcdError.REQUEST_TOO_MANY_REQUESTS);

  private final Replica replica;
  private final Supplier<MemberTable> members;
  private final ReconfigurationRules rules;
  private final MembershipLog log;
  private final Access access;

  MemberChanges(
      Replica replica, Supplier<MemberTable> members, Reconfiguration parts, Access access) {
    this.replica = replica;
    this.members = members;
    this.rules = parts.rules();
    this.log = parts.log();
    this.access = access;
  }

  /** Answers with the response to the table that the wish led to. */
  <R> void make(
      MemberPlan.Wish wish, CallContext call, Answer<R> answer, Function<MemberTable, R> response) {
    new Attempt<>(wish, call, answer, response).begin();
  }

  private final class Attempt<R> {
    private final MemberPlan.Wish wish;
    private final CallContext call;
    private final Answer<R> answer;
    private final Function<MemberTable, R> response;
    private boolean again;

    Attempt(
        MemberPlan.Wish wish,
        CallContext call,
        Answer<R> answer,
        Function<MemberTable, R> response) {
      this.wish = wish;
      this.call = call;
      this.answer = answer;
      this.response = response;
    }

    void begin() {
      var refusal = wish.refusal(members.get(), rules);
      if (refusal.isPresent()) {
        fail(refusal.get());
        return;
      }
      replica.awaitReadIndex(outcome -> call.resume(() -> upToDate(outcome)));
    }

    private void upToDate(Outcome<Long> outcome) {
      switch (outcome) {
        // Who was an administrator here when it called may be none by now.
        case Outcome.Success<Long> _ ->
            access.require(AuthSession::adminRefusal, call, answer, _ -> propose());
        case Outcome.Failure<Long>(var error) when error == EtcdError.STOPPED -> fail(error);
        case Outcome.Failure<Long> _ -> retry();
      }
    }

    private void propose() {
      switch (wish.on(members.get(), rules, again)) {
        case MemberPlan.Refuse(var error) -> fail(error);
        case MemberPlan.Done(var table) -> answer.success(response.apply(table));
        case MemberPlan.Propose(var change, var next) -> {
          again = true;
          var target = MemberRegister.configurationOf(next.atVersion(next.version() + 1));
          log.change(change, target, outcome -> call.resume(() -> ended(outcome)));
        }
      }
    }

    private void ended(Outcome<ApplyResult> outcome) {
      switch (outcome) {
        case Outcome.Success<ApplyResult>(ApplyResult.MembersChanged(var table)) ->
            answer.success(response.apply(table));
        case Outcome.Success<ApplyResult>(var other) ->
            answer.fail(StatusCode.INTERNAL, "a change of the members came to " + other);
        case Outcome.Failure<ApplyResult>(var error) when NOT_MADE.contains(error) -> retry();
        case Outcome.Failure<ApplyResult>(var error) -> fail(error);
      }
    }

    private void retry() {
      call.resumeAfter(RETRY_MILLIS, this::begin);
    }

    /** Errors note A: this one has no code of its own on the wire. */
    private void fail(EtcdError error) {
      if (error == EtcdError.MEMBER_NOT_ENOUGH_STARTED) {
        answer.fail(StatusCode.UNKNOWN, error.message());
      } else {
        answer.fail(error);
      }
    }
  }
}
