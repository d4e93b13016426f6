package dev.keelson.chaos.history;

import java.util.Optional;

/**
 * A call and its answer.
 *
 * @param process who called: one call at a time, and a new process after an indefinite end
 * @param member the index of the member that was asked
 * @param returnNanos when the answer was there, or when the caller gave up
 */
public record Operation(
    long id,
    int process,
    int member,
    Request request,
    long callNanos,
    long returnNanos,
    Outcome outcome)
    implements Item {

  public Operation {
    if (returnNanos < callNanos) {
      throw new IllegalArgumentException("it returned before it was called");
    }
  }

  @Override
  public long nanos() {
    return callNanos;
  }

  public boolean isOk() {
    return outcome instanceof Outcome.Ok;
  }

  public boolean isIndefinite() {
    return outcome instanceof Outcome.Indefinite;
  }

  /** The answer, if there was a good one. */
  public Optional<Response> response() {
    return outcome instanceof Outcome.Ok ok ? Optional.of(ok.response()) : Optional.empty();
  }

  public Operation withOutcome(Outcome other) {
    return new Operation(id, process, member, request, callNanos, returnNanos, other);
  }

  public Operation withTimes(long call, long end) {
    return new Operation(id, process, member, request, call, end, outcome);
  }
}
