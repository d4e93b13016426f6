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
import java.util.Optional;
import java.util.TreeMap;

/**
 * The store as the specification has it, in the simplest way there is: a copy of everything for
 * every revision. It shares nothing with what the checkers compute.
 */
final class ModelStore {
  private final List<TreeMap<Bytes, KeyVersion>> states = new ArrayList<>();
  private final List<List<Change>> log = new ArrayList<>();
  private TreeMap<Bytes, KeyVersion> working = new TreeMap<>();
  private List<Change> made = new ArrayList<>();
  private long floor;

  ModelStore() {
    states.add(new TreeMap<>());
    states.add(new TreeMap<>());
    log.add(List.of());
    log.add(List.of());
  }

  long revision() {
    return states.size() - 1L;
  }

  long floor() {
    return floor;
  }

  void compact(long revision) {
    floor = revision;
  }

  List<Change> changes(long revision) {
    return log.get((int) revision);
  }

  Optional<KeyVersion> at(Bytes key, long revision) {
    return Optional.ofNullable(states.get((int) revision).get(key));
  }

  List<KeyVersion> keys(KeyRange range, long revision) {
    return states.get((int) revision).values().stream()
        .filter(version -> range.contains(version.key()))
        .toList();
  }

  /** What is attached to a lease now. */
  List<Bytes> attached(long lease) {
    return states.getLast().values().stream()
        .filter(version -> version.lease() == lease)
        .map(KeyVersion::key)
        .toList();
  }

  Response.Kv perform(Request.Kv request) {
    working = new TreeMap<>(states.getLast());
    made = new ArrayList<>();
    Response.Kv response = step(request, true);
    commit();
    return response;
  }

  /** The end of a lease, or whatever else deletes keys. */
  void delete(List<Bytes> keys) {
    working = new TreeMap<>(states.getLast());
    made = new ArrayList<>();
    keys.forEach(this::remove);
    commit();
  }

  /** A read of one member that has applied so much. */
  Response.Range readAt(Request.Range range, long applied) {
    long of = range.options().revision() > 0 ? range.options().revision() : applied;
    return select(range, keys(range.keys(), of), applied);
  }

  private void commit() {
    if (!made.isEmpty()) {
      states.add(working);
      log.add(List.copyOf(made));
    }
  }

  private Response.Kv step(Request.Kv request, boolean outermost) {
    long before = states.size() - 1L;
    return switch (request) {
      case Request.Put put -> {
        Optional<KeyVersion> old = Optional.ofNullable(working.get(put.key()));
        var version =
            new KeyVersion(
                put.key(),
                put.value(),
                old.map(KeyVersion::createRevision).orElse(before + 1),
                before + 1,
                old.map(KeyVersion::version).orElse(0L) + 1,
                put.lease());
        working.put(put.key(), version);
        made.add(new Change(true, version, List.of()));
        yield new Response.Put(before + 1, put.previous() ? old.stream().toList() : List.of());
      }
      case Request.Delete delete -> {
        List<KeyVersion> old =
            working.values().stream()
                .filter(version -> delete.keys().contains(version.key()))
                .toList();
        old.forEach(version -> remove(version.key()));
        yield new Response.Delete(
            made.isEmpty() ? before : before + 1, old.size(), delete.previous() ? old : List.of());
      }
      case Request.Range range -> {
        long of = range.options().revision();
        List<KeyVersion> found =
            of > 0
                ? keys(range.keys(), of)
                : working.values().stream()
                    .filter(version -> range.keys().contains(version.key()))
                    .toList();
        yield select(range, found, made.isEmpty() ? before : before + 1);
      }
      case Request.Txn txn -> {
        boolean holds = txn.compares().stream().allMatch(this::holds);
        var responses = new ArrayList<Response.Kv>();
        for (Request.Kv one : holds ? txn.success() : txn.failure()) {
          responses.add(step(one, false));
        }
        long header = !outermost ? 0 : made.isEmpty() ? before : before + 1;
        yield new Response.Txn(header, holds, responses);
      }
    };
  }

  private void remove(Bytes key) {
    working.remove(key);
    var ended = new KeyVersion(key, Bytes.EMPTY, 0, states.size(), 0, 0);
    made.add(new Change(false, ended, List.of()));
  }

  private boolean holds(Compare compare) {
    List<KeyVersion> found = keys(compare.range(), revision());
    if (found.isEmpty()) {
      if (compare.target() == Compare.Target.VALUE) {
        return false;
      }
      found = List.of(new KeyVersion(compare.range().from(), Bytes.EMPTY, 0, 0, 0, 0));
    }
    for (KeyVersion version : found) {
      int stands =
          switch (compare.target()) {
            case VALUE -> version.value().compareTo(compare.value());
            case VERSION -> Long.compare(version.version(), compare.number());
            case CREATE -> Long.compare(version.createRevision(), compare.number());
            case MOD -> Long.compare(version.modRevision(), compare.number());
            case LEASE -> Long.compare(version.lease(), compare.number());
          };
      boolean fits =
          switch (compare.relation()) {
            case EQUAL -> stands == 0;
            case NOT_EQUAL -> stands != 0;
            case LESS -> stands < 0;
            case GREATER -> stands > 0;
          };
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static Response.Range select(Request.Range range, List<KeyVersion> found, long header) {
    ReadOptions options = range.options();
    if (options.countOnly()) {
      return new Response.Range(header, List.of(), found.size(), false);
    }
    var sorted = new ArrayList<>(found);
    Comparator<KeyVersion> order =
        switch (options.sort()) {
          case KEY -> Comparator.comparing(KeyVersion::key);
          case VALUE -> Comparator.comparing(KeyVersion::value);
          case VERSION -> Comparator.comparingLong(KeyVersion::version);
          case CREATE -> Comparator.comparingLong(KeyVersion::createRevision);
          case MOD -> Comparator.comparingLong(KeyVersion::modRevision);
        };
    sorted.sort(options.order() == ReadOptions.Order.DESCEND ? order.reversed() : order);
    boolean more = options.limit() > 0 && options.limit() < sorted.size();
    var shown = new ArrayList<KeyVersion>();
    for (KeyVersion v : more ? sorted.subList(0, (int) options.limit()) : sorted) {
      shown.add(
          options.keysOnly()
              ? new KeyVersion(
                  v.key(), Bytes.EMPTY, v.createRevision(), v.modRevision(), v.version(), 0)
              : v);
    }
    return new Response.Range(header, shown, found.size(), more);
  }
}
