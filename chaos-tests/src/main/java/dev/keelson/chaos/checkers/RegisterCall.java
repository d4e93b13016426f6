package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An operation on one key as on a register. Absence is a value as any other.
 *
 * @param returnNanos {@link #NEVER} if its end is not known
 */
record RegisterCall(Operation operation, Bytes key, Action action, long returnNanos) {
  static final long NEVER = Long.MAX_VALUE;

  /** What cannot be stored, and so can stand for nothing being there. */
  static final Bytes ABSENT = Bytes.wrap(new byte[] {0, 'a', 'b', 's', 'e', 'n', 't', 0});

  /** What is done to a register, and what is known of how that went. */
  sealed interface Action {
    record Write(Bytes value) implements Action {}

    record Read(Bytes value) implements Action {}

    record Swapped(Bytes expected, Bytes next) implements Action {}

    /** It found this other value. */
    record NotSwapped(Bytes expected, Bytes found) implements Action {}

    record MaySwap(Bytes expected, Bytes next) implements Action {}
  }

  static Optional<RegisterCall> of(Operation operation) {
    if (operation.outcome() instanceof Outcome.Definite) {
      return Optional.empty();
    }
    return switch (operation.request()) {
      case Request.Put put -> call(operation, put.key(), new Action.Write(put.value()));
      case Request.Delete delete when delete.keys().isSingle() ->
          call(operation, delete.keys().from(), new Action.Write(ABSENT));
      case Request.Range range ->
          range.keys().isSingle()
                  && range.options().revision() == 0
                  && !range.options().serializable()
                  && !range.options().countOnly()
                  && !range.options().keysOnly()
                  && operation.outcome() instanceof Outcome.Ok(_, _, Response.Range read)
              ? call(operation, range.keys().from(), new Action.Read(value(read)))
              : Optional.empty();
      case Request.Txn txn -> swap(operation, txn);
      case Request.Delete _,
          Request.Compact _,
          Request.LeaseGrant _,
          Request.LeaseKeepAlive _,
          Request.LeaseRevoke _,
          Request.LeaseTimeToLive _,
          Request.Lock _,
          Request.Unlock _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ ->
          Optional.empty();
    };
  }

  private static Optional<RegisterCall> swap(Operation operation, Request.Txn txn) {
    if (txn.compares().size() != 1 || txn.success().size() != 1 || txn.failure().size() != 1) {
      return Optional.empty();
    }
    Compare compare = txn.compares().getFirst();
    KeyRange key = compare.range();
    boolean fits =
        key.isSingle()
            && compare.relation() == Compare.Relation.EQUAL
            && txn.success().getFirst() instanceof Request.Put put
            && put.key().equals(key.from())
            && txn.failure().getFirst() instanceof Request.Range range
            && range.keys().equals(key);
    boolean byValue = compare.target() == Compare.Target.VALUE;
    boolean byAbsence = compare.target() == Compare.Target.CREATE && compare.number() == 0;
    if (!fits || !(byValue || byAbsence)) {
      return Optional.empty();
    }
    Bytes expected = byValue ? compare.value() : ABSENT;
    Bytes next = ((Request.Put) txn.success().getFirst()).value();
    return switch (operation.outcome()) {
      case Outcome.Ok(_, _, Response.Txn answer) ->
          answer.succeeded()
              ? call(operation, key.from(), new Action.Swapped(expected, next))
              : answer.responses().getFirst() instanceof Response.Range read
                  ? call(operation, key.from(), new Action.NotSwapped(expected, value(read)))
                  : Optional.empty();
      case Outcome.Indefinite _ -> call(operation, key.from(), new Action.MaySwap(expected, next));
      case Outcome.Ok _, Outcome.Definite _ -> Optional.empty();
    };
  }

  private static Optional<RegisterCall> call(Operation operation, Bytes key, Action action) {
    return Optional.of(
        new RegisterCall(
            operation, key, action, operation.isOk() ? operation.returnNanos() : NEVER));
  }

  private static Bytes value(Response.Range read) {
    return read.versions().stream().map(KeyVersion::value).findFirst().orElse(ABSENT);
  }

  /** The keys that a request may change which is no call of a register. */
  static List<KeyRange> changesBeyond(Request request) {
    return switch (request) {
      case Request.Put put -> List.of(KeyRange.single(put.key()));
      case Request.Delete delete -> List.of(delete.keys());
      case Request.Txn txn ->
          Stream.concat(txn.success().stream(), txn.failure().stream())
              .flatMap(operation -> changesBeyond(operation).stream())
              .toList();
      case Request.Lock lock -> List.of(KeyRange.single(Writes.lockKey(lock)));
      case Request.Unlock unlock -> List.of(KeyRange.single(unlock.key()));
      case Request.Range _,
          Request.Compact _,
          Request.LeaseGrant _,
          Request.LeaseKeepAlive _,
          Request.LeaseRevoke _,
          Request.LeaseTimeToLive _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ ->
          List.of();
    };
  }

  /**
   * Without the open calls whose value nobody saw: what they wrote was written over before anybody
   * looked, so that the rest can be explained without them if it can be with them.
   */
  static List<RegisterCall> prune(List<RegisterCall> calls) {
    Set<Bytes> seen = new HashSet<>();
    for (RegisterCall call : calls) {
      switch (call.action()) {
        case Action.Read(Bytes value) -> seen.add(value);
        case Action.Swapped(Bytes expected, _) -> seen.add(expected);
        case Action.MaySwap(Bytes expected, _) -> seen.add(expected);
        case Action.NotSwapped(_, Bytes found) -> seen.add(found);
        case Action.Write _ -> {}
      }
    }
    return calls.stream()
        .filter(call -> call.returnNanos() != NEVER || seen.contains(call.written()))
        .toList();
  }

  private Bytes written() {
    return switch (action) {
      case Action.Write(Bytes value) -> value;
      case Action.Swapped(_, Bytes next) -> next;
      case Action.MaySwap(_, Bytes next) -> next;
      case Action.Read(Bytes value) -> value;
      case Action.NotSwapped(_, Bytes found) -> found;
    };
  }

  boolean writes() {
    return switch (action) {
      case Action.Write _, Action.Swapped _, Action.MaySwap _ -> true;
      case Action.Read _, Action.NotSwapped _ -> false;
    };
  }

  /** The same, when its end is not known yet. */
  RegisterCall open() {
    Action then =
        action instanceof Action.Swapped(Bytes expected, Bytes next)
            ? new Action.MaySwap(expected, next)
            : action;
    return new RegisterCall(operation, key, then, NEVER);
  }

  long callNanos() {
    return operation.callNanos();
  }

  /** What the register holds after the call, if the call can be at this point. */
  Optional<Bytes> after(Bytes value) {
    return switch (action) {
      case Action.Write(Bytes next) -> Optional.of(next);
      case Action.Read(Bytes read) -> read.equals(value) ? Optional.of(value) : Optional.empty();
      case Action.Swapped(Bytes expected, Bytes next) ->
          expected.equals(value) ? Optional.of(next) : Optional.empty();
      case Action.NotSwapped(Bytes expected, Bytes found) ->
          found.equals(value) && !expected.equals(value) ? Optional.of(value) : Optional.empty();
      case Action.MaySwap(Bytes expected, Bytes next) ->
          Optional.of(expected.equals(value) ? next : value);
    };
  }
}
