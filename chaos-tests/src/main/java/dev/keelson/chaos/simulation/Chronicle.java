package dev.keelson.chaos.simulation;

import dev.keelson.raft.Bytes;
import dev.keelson.server.watch.StoreHistory;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the committed log has made of the keys: every revision with its changes, as the first member
 * has told them. The other members must tell the same (I13), and so must every read and watch.
 */
final class Chronicle {
  private static final List<Change> NOTHING = List.of();

  private final List<List<Change>> revisions = new ArrayList<>();
  private final TreeMap<String, List<Version>> keys = new TreeMap<>();
  private final Map<Long, Long> followed = new HashMap<>();
  private final Map<String, Long> valueAt = new HashMap<>();
  private final Set<String> refusedValues = new HashSet<>();
  private final Consumer<Change> heard;
  private long acknowledged = 1;
  private long compacted;

  /** A key from a revision on; empty for a deleted one. */
  record Version(long revision, Optional<KeyValue> kv) {}

  /**
   * @param heard hears of every change once
   */
  Chronicle(Consumer<Change> heard) {
    this.heard = heard;
    revisions.add(NOTHING); // 0
    revisions.add(NOTHING); // 1, the empty store
  }

  long revision() {
    return revisions.size() - 1L;
  }

  /** The highest revision that a client has been told of. */
  long acknowledged() {
    return acknowledged;
  }

  void told(long revision) {
    acknowledged = Math.max(acknowledged, revision);
  }

  /** Somebody asks to compact up to here: whether it comes about or not, it may. */
  void mayCompact(long revision) {
    compacted = Math.max(compacted, revision);
  }

  /** At the most. */
  long compacted() {
    return compacted;
  }

  List<Change> at(long revision) {
    return revisions.get((int) revision);
  }

  /** The revision that put this value, which is put once at most; 0 if none has. */
  long revisionOf(String value) {
    return valueAt.getOrDefault(value, 0L);
  }

  /** A client was told that this will never be. */
  void refused(String value) {
    refusedValues.add(value);
    if (valueAt.containsKey(value)) {
      throw new SimulationFailure("class-D", "refused, and yet there: " + value);
    }
  }

  /** The keys in {@code [from, to)} as of a revision; {@code to} empty for the one key. */
  List<KeyValue> range(String from, String to, long revision) {
    var range =
        to.isEmpty() ? keys.subMap(from, true, from, true) : keys.subMap(from, true, to, false);
    var found = new ArrayList<KeyValue>();
    for (var versions : range.values()) {
      int at = versions.size() - 1;
      while (at >= 0 && versions.get(at).revision > revision) {
        at--;
      }
      if (at >= 0) {
        versions.get(at).kv.ifPresent(found::add);
      }
    }
    return found;
  }

  void restarted(MemberLife life) {
    // What was flushed has been compared in the earlier life; the rest is applied again.
    followed.put(life.id(), 1L);
    follow(life);
  }

  void ended(SimulatedMember member) {
    followed.remove(member.id());
  }

  /** Compares what a member has applied since the last look. */
  void follow(MemberLife life) {
    var store = life.core().store();
    long to = store.current().revision();
    long from = followed.getOrDefault(life.id(), 1L) + 1;
    if (to < from) {
      return;
    }
    followed.put(life.id(), to);
    try (var view = new StoreHistory(store).open()) {
      long visible = Math.max(from, view.compactRevision() + 1);
      if (visible > to) {
        return;
      }
      var byRevision = new TreeMap<Long, List<Change>>();
      try (var changes = view.changes(visible, to)) {
        for (var next = changes.next(); next.isPresent(); next = changes.next()) {
          byRevision
              .computeIfAbsent(next.get().revision().main(), revision -> new ArrayList<>())
              .add(next.get());
        }
      }
      for (long revision = visible; revision <= to; revision++) {
        told(life, revision, byRevision.getOrDefault(revision, NOTHING));
      }
    }
  }

  private void told(MemberLife life, long revision, List<Change> changes) {
    if (revision < revisions.size()) {
      if (!at(revision).equals(changes)) {
        throw new SimulationFailure(
            "I13",
            "%s has another revision %d than the first: %s, not %s"
                .formatted(life.member().name(), revision, changes, at(revision)));
      }
      return;
    }
    if (revision != revisions.size()) {
      throw new SimulationFailure(
          "I16",
          "%s is the first to have revision %d, %d is the newest"
              .formatted(life.member().name(), revision, revision()));
    }
    revisions.add(List.copyOf(changes));
    for (var change : changes) {
      var versions = keys.computeIfAbsent(text(change.key()), key -> new ArrayList<>());
      switch (change) {
        case Change.Put(_, var kv) -> {
          versions.add(new Version(revision, Optional.of(kv)));
          put(text(kv.value()), revision);
        }
        case Change.Delete _ -> versions.add(new Version(revision, Optional.empty()));
      }
      heard.accept(change);
    }
  }

  private void put(String value, long revision) {
    if (refusedValues.contains(value)) {
      throw new SimulationFailure("class-D", "refused, and yet put: " + value);
    }
    var earlier = valueAt.putIfAbsent(value, revision);
    if (earlier != null && earlier != revision) {
      throw new SimulationFailure(
          "I16", "%s was put at %d and again at %d".formatted(value, earlier, revision));
    }
  }

  static String text(Bytes bytes) {
    return new String(
        bytes.backingArray(), bytes.backingOffset(), bytes.length(), StandardCharsets.UTF_8);
  }
}
