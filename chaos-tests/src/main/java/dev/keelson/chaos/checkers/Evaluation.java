package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a request must do and answer at one point of the log: it sees the state at a revision, and
 * what it changes is the next one (T1 to T12). Used once.
 */
final class Evaluation {
  private final KeyStates states;
  private final long before;
  private final Map<Bytes, Change> own = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();

  /** The answer and the changes. */
  record Expected(Response.Kv response, List<Change> changes) {}

  private Evaluation(KeyStates states, long before) {
    this.states = states;
    this.before = before;
  }

  static Expected of(Request.Kv request, KeyStates states, long before) {
    var evaluation = new Evaluation(states, before);
    Response.Kv response = evaluation.perform(request);
    if (response instanceof Response.Txn txn) {
      response = new Response.Txn(evaluation.revision(), txn.succeeded(), txn.responses());
    }
    return new Expected(response, evaluation.changes);
  }

  private long revision() {
    return changes.isEmpty() ? before : before + 1;
  }

  private Response.Kv perform(Request.Kv request) {
    return switch (request) {
      case Request.Put put -> put(put);
      case Request.Range range -> range(range);
      case Request.Delete delete -> delete(delete);
      case Request.Txn txn -> {
        boolean holds = txn.compares().stream().allMatch(this::holds);
        List<Request.Kv> chosen = holds ? txn.success() : txn.failure();
        // A nested answer's header is empty; the outer one's is set at the end.
        yield new Response.Txn(0, holds, chosen.stream().map(this::perform).toList());
      }
    };
  }

  private Response.Put put(Request.Put put) {
    List<KeyVersion> old = current(KeyRange.single(put.key()));
    KeyVersion version =
        new KeyVersion(
            put.key(),
            put.value(),
            old.isEmpty() ? before + 1 : old.getFirst().createRevision(),
            before + 1,
            old.isEmpty() ? 1 : old.getFirst().version() + 1,
            put.lease());
    record(new Change(true, version, List.of()));
    return new Response.Put(before + 1, put.previous() ? old : List.of());
  }

  private Response.Delete delete(Request.Delete delete) {
    List<KeyVersion> old = current(delete.keys());
    for (KeyVersion version : old) {
      var ended = new KeyVersion(version.key(), Bytes.EMPTY, 0, before + 1, 0, 0);
      record(new Change(false, ended, List.of()));
    }
    return new Response.Delete(revision(), old.size(), delete.previous() ? old : List.of());
  }

  private Response.Range range(Request.Range range) {
    ReadOptions options = range.options();
    List<KeyVersion> found =
        options.revision() > 0
            ? states.read(range.keys(), options.revision())
            : current(range.keys());
    if (options.countOnly()) {
      return new Response.Range(revision(), List.of(), found.size(), false);
    }
    var sorted = new ArrayList<>(found);
    if (options.order() != ReadOptions.Order.NONE) {
      Comparator<KeyVersion> by = by(options.sort());
      sorted.sort(options.order() == ReadOptions.Order.ASCEND ? by : by.reversed());
    }
    boolean more = options.limit() > 0 && sorted.size() > options.limit();
    List<KeyVersion> kept = more ? sorted.subList(0, (int) options.limit()) : sorted;
    return new Response.Range(revision(), kept, found.size(), more);
  }

  /** All compares are of the state before the transaction (T7). */
  private boolean holds(Compare compare) {
    List<KeyVersion> found = states.read(compare.range(), before);
    if (found.isEmpty()) {
      return compare.target() != Compare.Target.VALUE
          && holds(compare.relation(), Long.compare(0, compare.number()));
    }
    return found.stream().allMatch(version -> holds(compare.relation(), stand(version, compare)));
  }

  private static int stand(KeyVersion version, Compare compare) {
    return switch (compare.target()) {
      case VERSION -> Long.compare(version.version(), compare.number());
      case CREATE -> Long.compare(version.createRevision(), compare.number());
      case MOD -> Long.compare(version.modRevision(), compare.number());
      case LEASE -> Long.compare(version.lease(), compare.number());
      case VALUE -> version.value().compareTo(compare.value());
    };
  }

  private static boolean holds(Compare.Relation relation, int stand) {
    return switch (relation) {
      case EQUAL -> stand == 0;
      case GREATER -> stand > 0;
      case LESS -> stand < 0;
      case NOT_EQUAL -> stand != 0;
    };
  }

  static Comparator<KeyVersion> by(ReadOptions.Sort sort) {
    return switch (sort) {
      case KEY -> Comparator.comparing(KeyVersion::key);
      case VERSION -> Comparator.comparingLong(KeyVersion::version);
      case CREATE -> Comparator.comparingLong(KeyVersion::createRevision);
      case MOD -> Comparator.comparingLong(KeyVersion::modRevision);
      case VALUE -> Comparator.comparing(KeyVersion::value);
    };
  }

  private List<KeyVersion> current(KeyRange keys) {
    List<KeyVersion> stored = states.read(keys, before);
    if (own.isEmpty()) {
      return stored;
    }
    var merged = new TreeMap<Bytes, KeyVersion>();
    stored.forEach(version -> merged.put(version.key(), version));
    own.forEach(
        (key, change) -> {
          if (keys.contains(key)) {
            if (change.isPut()) {
              merged.put(key, change.version());
            } else {
              merged.remove(key);
            }
          }
        });
    return List.copyOf(merged.values());
  }

  private void record(Change change) {
    own.put(change.version().key(), change);
    changes.add(change);
  }
}
