package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Locks (reliability 1.5): granted in the order of their keys' creation, with tokens that only
 * grow, and writes guarded by a token are counted without a loss. A guarded write is a transaction
 * that compares the create_revision of an owner key and puts numbers, each one more than before.
 */
public final class LockChecker implements Checker {
  /** A guarded write that was acknowledged. */
  private record Guarded(Operation operation, Bytes owner, long token, long revision) {}

  @Override
  public void check(Ledger ledger, Findings findings) {
    Map<Bytes, List<Operation>> grants = new HashMap<>();
    Map<Bytes, List<Guarded>> guarded = new HashMap<>();
    Set<Bytes> names = new HashSet<>();
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.Lock lock) {
        names.add(lock.name());
      }
    }
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.Lock lock && operation.isOk()) {
        grants.computeIfAbsent(lock.name(), _ -> new ArrayList<>()).add(operation);
      }
      guardOf(operation)
          .filter(one -> names.contains(nameOf(one.owner())))
          .ifPresent(
              one -> guarded.computeIfAbsent(nameOf(one.owner()), _ -> new ArrayList<>()).add(one));
    }
    grants.forEach((name, operations) -> grantedInOrder(ledger, name, operations, findings));
    guarded.forEach((name, writes) -> guardsHold(ledger, name, writes, findings));
    findings.checked("locks granted", grants.values().stream().mapToLong(List::size).sum());
    findings.checked("guarded writes", guarded.values().stream().mapToLong(List::size).sum());
  }

  private static void grantedInOrder(
      Ledger ledger, Bytes name, List<Operation> operations, Findings findings) {
    Map<Operation, Long> tokens = new HashMap<>();
    for (Operation operation : operations) {
      if (operation.outcome() instanceof Outcome.Ok(_, _, Response.Lock lock)) {
        Optional<KeyVersion> own = ledger.states().at(lock.key(), lock.revision());
        if (own.isEmpty()) {
          findings.violation("LK-order", "it was granted without its key " + lock.key(), operation);
          continue;
        }
        tokens.put(operation, own.get().createRevision());
        owner(ledger, name, lock.revision())
            .filter(first -> !first.key().equals(lock.key()))
            .ifPresent(
                first ->
                    findings.violation("LK-order", first + " was before " + own.get(), operation));
      }
    }
    tokensGrow(operations, tokens, findings);
  }

  private static void tokensGrow(
      List<Operation> operations, Map<Operation, Long> tokens, Findings findings) {
    List<Operation> byReturn = Trouble.byReturn(operations);
    int next = 0;
    Optional<Operation> highest = Optional.empty();
    for (Operation operation : operations) {
      while (byReturn.get(next).returnNanos() < operation.callNanos()) {
        Operation before = byReturn.get(next++);
        long token = tokens.getOrDefault(before, 0L);
        if (highest.isEmpty() || token > tokens.getOrDefault(highest.get(), 0L)) {
          highest = Optional.of(before);
        }
      }
      if (highest.isPresent()
          && tokens.containsKey(operation)
          && tokens.get(operation) < tokens.getOrDefault(highest.get(), 0L)) {
        findings.violation("LK-fence", "a token is less", highest.get(), operation);
      }
    }
  }

  private static void guardsHold(
      Ledger ledger, Bytes name, List<Guarded> writes, Findings findings) {
    writes.sort(Comparator.comparingLong(Guarded::revision));
    Map<Bytes, Long> acknowledged = new HashMap<>();
    for (int i = 0; i < writes.size(); i++) {
      Guarded write = writes.get(i);
      owner(ledger, name, write.revision() - 1)
          .filter(owner -> !owner.key().equals(write.owner()))
          .ifPresent(
              owner ->
                  findings.violation(
                      "LK-guard", "it wrote while the lock was " + owner, write.operation()));
      if (i > 0 && write.token() < writes.get(i - 1).token()) {
        findings.violation(
            "LK-interleave",
            "an older owner wrote after a newer one",
            writes.get(i - 1).operation(),
            write.operation());
      }
      Writes.forEachPut(
          write.operation().request(), put -> acknowledged.merge(put.key(), 1L, Long::sum));
    }
    acknowledged.forEach((key, count) -> counts(ledger, key, count, findings));
  }

  /** Every number one more than the one before, and none that was acknowledged is missing. */
  private static void counts(Ledger ledger, Bytes key, long acknowledged, Findings findings) {
    long number = 0;
    for (Change change : ledger.states().changesOf(key)) {
      long next = Values.number(change.version().value());
      if (change.isPut() && next != number + 1) {
        findings.violation("LK-count", "%s follows %d".formatted(change, number), List.of());
        return;
      }
      number = next;
    }
    if (number < acknowledged) {
      findings.violation(
          "LK-count",
          "%s counts %d of %d acknowledged".formatted(key, number, acknowledged),
          List.of());
    }
  }

  private static Optional<KeyVersion> owner(Ledger ledger, Bytes name, long revision) {
    KeyRange waiting = KeyRange.prefix(name + "/");
    return ledger.states().read(waiting, revision).stream()
        .min(Comparator.comparingLong(KeyVersion::createRevision));
  }

  private static Optional<Guarded> guardOf(Operation operation) {
    if (operation.request() instanceof Request.Txn txn
        && operation.outcome() instanceof Outcome.Ok(_, _, Response.Txn answer)
        && answer.succeeded()
        && Writes.changed(answer)) {
      for (Compare compare : txn.compares()) {
        if (compare.target() == Compare.Target.CREATE
            && compare.relation() == Compare.Relation.EQUAL
            && compare.number() > 0) {
          return Optional.of(
              new Guarded(operation, compare.range().from(), compare.number(), answer.revision()));
        }
      }
    }
    return Optional.empty();
  }

  private static Bytes nameOf(Bytes owner) {
    for (int i = owner.length() - 1; i >= 0; i--) {
      if (owner.at(i) == '/') {
        return owner.slice(0, i);
      }
    }
    return owner;
  }
}
