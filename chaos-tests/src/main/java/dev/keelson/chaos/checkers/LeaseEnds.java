package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.raft.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Where in the log leases ended: revisions that no client made and that delete the keys of one
 * lease. Convicts those that do not delete all of its keys (LE-keys) and keys that are attached to
 * a lease which had ended (LE-once).
 */
final class LeaseEnds {
  /** A lease's end, and the first that told a client of it. */
  record End(long revision, long toldNanos, Item teller) {}

  private final Map<Long, End> ends = new HashMap<>();

  private LeaseEnds() {}

  static LeaseEnds of(Ledger ledger, Findings findings) {
    var found = new LeaseEnds();
    Attribution attribution = Attribution.of(ledger, new Findings());
    Map<Long, WatchMessage> tellers = tellers(ledger);
    Map<Long, Set<Bytes>> attached = new HashMap<>();
    for (long revision = 2; revision <= ledger.log().last(); revision++) {
      List<Change> changes = ledger.log().at(revision);
      if (attribution.isEndOfALease(revision)) {
        found.end(ledger, revision, changes, attached, tellers, findings);
      }
      for (Change change : changes) {
        found.attach(ledger, change, attached, findings);
      }
    }
    return found;
  }

  Optional<End> of(long lease) {
    return Optional.ofNullable(ends.get(lease));
  }

  private void end(
      Ledger ledger,
      long revision,
      List<Change> changes,
      Map<Long, Set<Bytes>> attached,
      Map<Long, WatchMessage> tellers,
      Findings findings) {
    long lease =
        ledger
            .states()
            .at(changes.getFirst().version().key(), revision - 1)
            .map(KeyVersion::lease)
            .orElse(0L);
    Set<Bytes> keys = attached.getOrDefault(lease, Set.of());
    Set<Bytes> deleted =
        changes.stream().map(change -> change.version().key()).collect(Collectors.toSet());
    WatchMessage teller = tellers.get(revision);
    if (teller != null) {
      ends.putIfAbsent(lease, new End(revision, teller.nanos(), teller));
      if (!deleted.equals(keys)) {
        findings.violation(
            "LE-keys",
            "the end of lease %x deleted %s of %s".formatted(lease, deleted, keys),
            teller);
      }
    }
  }

  private void attach(
      Ledger ledger, Change change, Map<Long, Set<Bytes>> attached, Findings findings) {
    Bytes key = change.version().key();
    ledger
        .states()
        .at(key, change.revision() - 1)
        .ifPresent(before -> attached.getOrDefault(before.lease(), new TreeSet<>()).remove(key));
    long lease = change.version().lease();
    if (!change.isPut() || lease == 0) {
      return;
    }
    attached.computeIfAbsent(lease, _ -> new TreeSet<>()).add(key);
    End end = ends.get(lease);
    if (end != null) {
      findings.violation(
          "LE-once",
          "%s is attached after revision %d ended its lease".formatted(change, end.revision()),
          end.teller());
    }
  }

  private static Map<Long, WatchMessage> tellers(Ledger ledger) {
    Map<Long, WatchMessage> first = new HashMap<>();
    for (var stream : ledger.history().watches()) {
      for (WatchMessage message : stream.messages()) {
        for (Change change : message.changes()) {
          first.merge(change.revision(), message, (a, b) -> a.nanos() <= b.nanos() ? a : b);
        }
      }
    }
    return first;
  }
}
