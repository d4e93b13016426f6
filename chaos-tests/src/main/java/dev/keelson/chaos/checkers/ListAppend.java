package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An operation on lists as the workloads make them: it read some lists, and appended one word to
 * some. A guarded transaction puts whole lists, so that what it put tells what it had read.
 *
 * @param reads the lists it saw, before its own appends
 * @param appends the word it added to each
 */
record ListAppend(
    Operation operation, Fate fate, Map<Bytes, List<String>> reads, Map<Bytes, String> appends) {

  /** What is known of its effect. */
  enum Fate {
    DONE,
    NOT_DONE,
    UNKNOWN
  }

  static Optional<ListAppend> of(Operation operation, KeyRange keys) {
    return switch (operation.request()) {
      case Request.Txn txn -> ofTxn(operation, txn, keys);
      case Request.Range range ->
          operation.outcome() instanceof Outcome.Ok(_, _, Response.Range read)
                  && isPlain(range)
                  && !range.options().serializable()
              ? Optional.of(
                  new ListAppend(operation, Fate.DONE, lists(range, read, keys), Map.of()))
              : Optional.empty();
      case Request.Put _,
          Request.Delete _,
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

  private static Optional<ListAppend> ofTxn(Operation operation, Request.Txn txn, KeyRange keys) {
    Map<Bytes, List<String>> reads = new TreeMap<>();
    Map<Bytes, String> appends = new TreeMap<>();
    boolean applied =
        switch (operation.outcome()) {
          case Outcome.Ok(_, _, Response.Txn answer) -> {
            collectReads(txn, answer, keys, reads);
            yield answer.succeeded();
          }
          case Outcome.Ok _, Outcome.Definite _ -> false;
          case Outcome.Indefinite _ -> true;
        };
    for (Request.Kv request : txn.success()) {
      if (request instanceof Request.Put put && keys.contains(put.key())) {
        List<String> words = Values.words(put.value());
        if (!words.isEmpty()) {
          appends.put(put.key(), words.getLast());
          if (applied && operation.isOk()) {
            reads.put(put.key(), words.subList(0, words.size() - 1));
          }
        }
      }
    }
    if (appends.isEmpty()) {
      return reads.isEmpty()
          ? Optional.empty()
          : Optional.of(new ListAppend(operation, Fate.DONE, reads, Map.of()));
    }
    if (operation.isOk() && !applied) {
      return Optional.of(new ListAppend(operation, Fate.NOT_DONE, reads, appends));
    }
    Fate fate =
        operation.isOk() ? Fate.DONE : operation.isIndefinite() ? Fate.UNKNOWN : Fate.NOT_DONE;
    return Optional.of(new ListAppend(operation, fate, reads, appends));
  }

  private static void collectReads(
      Request.Txn txn, Response.Txn answer, KeyRange keys, Map<Bytes, List<String>> reads) {
    List<Request.Kv> branch = answer.succeeded() ? txn.success() : txn.failure();
    for (int i = 0; i < Math.min(branch.size(), answer.responses().size()); i++) {
      if (branch.get(i) instanceof Request.Range range
          && answer.responses().get(i) instanceof Response.Range read
          && isPlain(range)) {
        reads.putAll(lists(range, read, keys));
      }
    }
  }

  private static boolean isPlain(Request.Range range) {
    return range.options().revision() == 0
        && range.options().limit() == 0
        && !range.options().countOnly()
        && !range.options().keysOnly();
  }

  private static Map<Bytes, List<String>> lists(
      Request.Range range, Response.Range read, KeyRange keys) {
    Map<Bytes, List<String>> lists = new TreeMap<>();
    if (range.keys().isSingle() && keys.contains(range.keys().from())) {
      lists.put(range.keys().from(), List.of());
    }
    for (KeyVersion version : read.versions()) {
      if (keys.contains(version.key())) {
        lists.put(version.key(), Values.words(version.value()));
      }
    }
    return lists;
  }

  /** In the order of their calls. A read of a range also tells which lists were not there. */
  static List<ListAppend> allOf(Ledger ledger, KeyRange keys) {
    var all = new ArrayList<ListAppend>();
    Set<Bytes> lists = new TreeSet<>();
    for (Operation operation : ledger.history().operations()) {
      of(operation, keys).ifPresent(all::add);
    }
    all.forEach(one -> lists.addAll(one.appends().keySet()));
    for (ListAppend one : all) {
      if (one.operation().request() instanceof Request.Range range && !range.keys().isSingle()) {
        lists.stream()
            .filter(range.keys()::contains)
            .forEach(key -> one.reads().putIfAbsent(key, List.of()));
      }
    }
    return all;
  }
}
