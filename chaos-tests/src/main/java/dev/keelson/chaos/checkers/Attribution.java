package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who made each revision (3.5, step 2): the operation that was told so, else one that was told
 * nothing, else the end of a lease. A revision that nobody can have made is a violation.
 */
final class Attribution {
  private final Ledger ledger;
  private final Findings findings;
  private final Map<Long, Operation> owners = new HashMap<>();
  private final Map<Long, List<Operation>> suspects = new HashMap<>();
  private final Map<Writes.Written, List<Operation>> putters = new HashMap<>();
  private final Map<Writes.Written, Operation> refused = new HashMap<>();
  private final List<Operation> deleters = new ArrayList<>();
  private final Set<Long> leaseEnds = new HashSet<>();

  private Attribution(Ledger ledger, Findings findings) {
    this.ledger = ledger;
    this.findings = findings;
  }

  static Attribution of(Ledger ledger, Findings findings) {
    var attribution = new Attribution(ledger, findings);
    ledger.history().operations().forEach(attribution::sort);
    attribution.attributeTheRest();
    attribution.matchEachToOne();
    return attribution;
  }

  /** Before this moment nobody had asked for the revision; empty if that is not known. */
  Optional<Operation> earliestCause(long revision) {
    Operation owner = owners.get(revision);
    if (owner != null) {
      return Optional.of(owner);
    }
    return suspects.getOrDefault(revision, List.of()).stream()
        .min((a, b) -> Long.compare(a.callNanos(), b.callNanos()));
  }

  /** Whether nothing but the end of a lease explains the revision. */
  boolean isEndOfALease(long revision) {
    return leaseEnds.contains(revision);
  }

  private void sort(Operation operation) {
    Optional<Long> made = Writes.revisionMade(operation);
    if (made.isPresent()) {
      Operation other = owners.putIfAbsent(made.get(), operation);
      if (other != null) {
        findings.violation(
            "revision-twice",
            "revision %d was acknowledged to two".formatted(made.get()),
            other,
            operation);
      }
      return;
    }
    if (operation.outcome() instanceof Outcome.Definite) {
      Writes.forEachPut(operation.request(), put -> refused.put(put, operation));
      return;
    }
    boolean byAnswer =
        operation.isOk()
            && !(operation.request() instanceof Request.Lock)
            && !(operation.request() instanceof Request.Unlock);
    if (!byAnswer) {
      Writes.forEachPut(
          operation.request(),
          put -> putters.computeIfAbsent(put, _ -> new ArrayList<>()).add(operation));
      boolean waitedInVain =
          operation.request() instanceof Request.Lock && operation.isIndefinite();
      if (waitedInVain || Writes.deletesAnything(operation.request())) {
        deleters.add(operation);
      }
    }
  }

  private void attributeTheRest() {
    OracleLog log = ledger.log();
    for (long revision = 2; revision <= log.last(); revision++) {
      if (owners.containsKey(revision) || !log.knows(revision)) {
        continue;
      }
      List<Change> changes = log.at(revision);
      List<Operation> candidates = candidates(revision, changes);
      if (endOfALease(revision, changes)) {
        // Whoever else could have done it need not have: nothing follows from it.
        if (candidates.isEmpty()) {
          leaseEnds.add(revision);
        }
      } else if (candidates.isEmpty()) {
        Change first = changes.getFirst();
        var put = new Writes.Written(first.version().key(), first.version().value());
        Operation refusal = first.isPut() ? refused.get(put) : null;
        if (refusal == null) {
          findings.violation("phantom", "nobody can have made " + changes, List.of());
        } else {
          findings.violation("definite-applied", "it was refused and made " + changes, refusal);
        }
      } else {
        suspects.put(revision, candidates);
      }
    }
  }

  private List<Operation> candidates(long revision, List<Change> changes) {
    Change first = changes.getFirst();
    Bytes key = first.version().key();
    List<Operation> able =
        first.isPut()
            ? putters.getOrDefault(
                new Writes.Written(key, first.version().value()), List.<Operation>of())
            : deleters.stream()
                .filter(operation -> Writes.mayDelete(operation.request(), key))
                .toList();
    return able.stream().filter(operation -> makes(operation, revision, changes)).toList();
  }

  private boolean makes(Operation operation, long revision, List<Change> changes) {
    return switch (operation.request()) {
      case Request.Kv kv ->
          Evaluation.of(kv, ledger.states(), revision - 1).changes().equals(changes);
      // One key, put or deleted for whoever waits for the lock or gives it up.
      case Request.Lock _, Request.Unlock _ -> changes.size() == 1;
      case Request.Compact _,
          Request.LeaseGrant _,
          Request.LeaseKeepAlive _,
          Request.LeaseRevoke _,
          Request.LeaseTimeToLive _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ ->
          false;
    };
  }

  /** Only deletes, of keys of one lease: LE-keys is judged elsewhere. */
  private boolean endOfALease(long revision, List<Change> changes) {
    Set<Long> leases = new HashSet<>();
    for (Change change : changes) {
      if (change.isPut()) {
        return false;
      }
      leases.add(
          ledger
              .states()
              .at(change.version().key(), revision - 1)
              .map(KeyVersion::lease)
              .orElse(0L));
    }
    return leases.size() == 1 && !leases.contains(0L);
  }

  /** An operation without an answer takes effect once at most: a matching must exist. */
  private void matchEachToOne() {
    Map<Operation, Long> taken = new HashMap<>();
    for (Map.Entry<Long, List<Operation>> entry : suspects.entrySet()) {
      boolean isLock =
          entry.getValue().stream()
              .anyMatch(operation -> !(operation.request() instanceof Request.Kv));
      // A lock's call puts a key and may delete it again: two revisions are its right.
      if (!isLock && !assign(entry.getKey(), taken, new HashSet<>())) {
        findings.violation(
            "indefinite-twice",
            "revision %d can only be a second effect".formatted(entry.getKey()),
            List.copyOf(entry.getValue()));
      }
    }
  }

  private boolean assign(long revision, Map<Operation, Long> taken, Set<Operation> tried) {
    for (Operation operation : suspects.getOrDefault(revision, List.of())) {
      if (tried.add(operation)) {
        Long other = taken.get(operation);
        if (other == null || assign(other, taken, tried)) {
          taken.put(operation, revision);
          return true;
        }
      }
    }
    return false;
  }
}
