package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Every key at every revision, from a log of changes; checks that log against M5 and M6. */
public final class KeyStates {
  private final NavigableMap<Bytes, List<Change>> changesByKey = new TreeMap<>();

  private KeyStates() {}

  static KeyStates of(OracleLog log, Findings findings) {
    var states = new KeyStates();
    for (long revision = 2; revision <= log.last(); revision++) {
      boolean gapless = log.knows(revision);
      for (Change change : log.at(revision)) {
        states.add(change, gapless, findings);
      }
    }
    return states;
  }

  /** The key at a revision, if it exists then. */
  public Optional<KeyVersion> at(Bytes key, long revision) {
    List<Change> changes = changesByKey.getOrDefault(key, List.of());
    int index = lastUpTo(changes, revision);
    return index < 0 || !changes.get(index).isPut()
        ? Optional.empty()
        : Optional.of(changes.get(index).version());
  }

  /** The keys that exist at a revision, in their order. */
  public List<KeyVersion> read(KeyRange keys, long revision) {
    var found = new ArrayList<KeyVersion>();
    if (keys.isSingle()) {
      at(keys.from(), revision).ifPresent(found::add);
      return found;
    }
    for (var entry : tail(keys).entrySet()) {
      List<Change> changes = entry.getValue();
      int index = lastUpTo(changes, revision);
      if (index >= 0 && changes.get(index).isPut()) {
        found.add(changes.get(index).version());
      }
    }
    return found;
  }

  /** All changes of a key, in their order. */
  public List<Change> changesOf(Bytes key) {
    return changesByKey.getOrDefault(key, List.of());
  }

  /** All keys of a range that ever existed. */
  public List<Bytes> keysEver(KeyRange keys) {
    return keys.isSingle()
        ? (changesByKey.containsKey(keys.from()) ? List.of(keys.from()) : List.of())
        : List.copyOf(tail(keys).keySet());
  }

  private NavigableMap<Bytes, List<Change>> tail(KeyRange keys) {
    if (keys.isOpen()) {
      return changesByKey.tailMap(keys.from(), true);
    }
    return keys.from().compareTo(keys.end()) < 0
        ? changesByKey.subMap(keys.from(), true, keys.end(), false)
        : new TreeMap<>();
  }

  private void add(Change change, boolean known, Findings findings) {
    KeyVersion version = change.version();
    List<Change> changes = changesByKey.computeIfAbsent(version.key(), _ -> new ArrayList<>());
    if (known && change.isPut()) {
      Optional<KeyVersion> before =
          changes.isEmpty() || !changes.getLast().isPut()
              ? Optional.empty()
              : Optional.of(changes.getLast().version());
      long create = before.map(KeyVersion::createRevision).orElse(version.modRevision());
      long number = before.map(KeyVersion::version).orElse(0L) + 1;
      if (version.createRevision() != create || version.version() != number) {
        findings.violation(
            "M5",
            "%s should be version %d, created at %d".formatted(version, number, create),
            List.of());
      }
    }
    if (known && !change.isPut() && (changes.isEmpty() || !changes.getLast().isPut())) {
      findings.violation("U8", change + " ends a key that is not there", List.of());
    }
    changes.add(change);
  }

  private static int lastUpTo(List<Change> changes, long revision) {
    int low = 0;
    int high = changes.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (changes.get(middle).revision() <= revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
