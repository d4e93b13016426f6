package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.RangeQuery.RevisionFilters;
import dev.keelson.storage.mvcc.RangeQuery.SortOrder;
import dev.keelson.storage.mvcc.RangeQuery.SortTarget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Counts, filters, sorts and cuts candidates as a query asks (R8 to R14). Holds no more than what
 * it returns, plus one.
 */
final class RangeReader {
  static final RangeOutcome.Found NOTHING = new RangeOutcome.Found(List.of(), false, 0);

  private final RangeQuery query;
  private final List<KeyValue> kvs = new ArrayList<>();

  private RangeReader(RangeQuery query) {
    this.query = query;
  }

  static RangeOutcome.Found read(RangeQuery query, Candidates candidates) {
    var reader = new RangeReader(query);
    if (query.projection() == Projection.COUNT_ONLY) {
      return new RangeOutcome.Found(List.of(), false, count(candidates));
    }
    if (query.target() == SortTarget.KEY && query.order() != SortOrder.DESCEND) {
      return reader.readInKeyOrder(candidates);
    }
    if (query.order() == SortOrder.NONE && isLimited(query) && !query.filters().isActive()) {
      return reader.readSortedHead(candidates);
    }
    return reader.readSorted(candidates);
  }

  /** See {@link ReadView#page}. */
  static RangeOutcome.Found readPage(RangeQuery query, Candidates candidates, long maxBytes) {
    var reader = new RangeReader(query);
    long limit = isLimited(query) ? query.limit() : Long.MAX_VALUE;
    long bytes = 0;
    while (candidates.next()) {
      int read = reader.kvs.size();
      if (read > 0 && (read >= limit || bytes >= maxBytes)) {
        return new RangeOutcome.Found(reader.kvs, true, read);
      }
      var kv = project(query, reader.fetch(candidates));
      reader.kvs.add(kv);
      bytes += kv.key().length() + kv.value().length();
    }
    return new RangeOutcome.Found(reader.kvs, false, reader.kvs.size());
  }

  /** The outcome for a single key: no order, no cut. */
  static RangeOutcome.Found single(RangeQuery query, Bytes key, Head head, SingleLoad load) {
    if (query.projection() == Projection.COUNT_ONLY || !passes(query.filters(), head)) {
      return new RangeOutcome.Found(List.of(), false, 1);
    }
    var kv = isLoaded(query) ? load.load() : head.with(key, Bytes.EMPTY);
    return new RangeOutcome.Found(List.of(project(query, kv)), false, 1);
  }

  /** Fetches the one candidate's value. */
  interface SingleLoad {
    KeyValue load();
  }

  private static long count(Candidates candidates) {
    long count = 0;
    while (candidates.next()) {
      count++;
    }
    return count;
  }

  private RangeOutcome.Found readInKeyOrder(Candidates candidates) {
    long limit = isLimited(query) ? query.limit() : Long.MAX_VALUE;
    boolean filtered = query.filters().isActive();
    boolean more = false;
    long count = 0;
    while (candidates.next()) {
      count++;
      if (more || (filtered && !passes(query.filters(), candidates.head()))) {
        continue;
      }
      if (kvs.size() < limit) {
        kvs.add(project(query, fetch(candidates)));
      } else {
        more = true;
      }
    }
    return new RangeOutcome.Found(kvs, more, count);
  }

  /** R13: only the first limit + 1 candidates are sorted. */
  private RangeOutcome.Found readSortedHead(Candidates candidates) {
    long count = 0;
    while (candidates.next()) {
      if (count++ <= query.limit()) {
        kvs.add(fetch(candidates));
      }
    }
    kvs.sort(order());
    boolean more = kvs.size() > query.limit();
    return found(more ? kvs.subList(0, (int) query.limit()) : kvs, more, count);
  }

  private RangeOutcome.Found readSorted(Candidates candidates) {
    return isLimited(query) ? readBest(candidates) : readAllSorted(candidates);
  }

  private RangeOutcome.Found readAllSorted(Candidates candidates) {
    long count = 0;
    while (candidates.next()) {
      count++;
      if (passes(query.filters(), candidates.head())) {
        kvs.add(fetch(candidates));
      }
    }
    kvs.sort(order());
    return found(kvs, false, count);
  }

  /** Keeps the best so far in a heap whose root is the worst of them; values come last. */
  private RangeOutcome.Found readBest(Candidates candidates) {
    var order = order();
    var best = new PriorityQueue<Ranked>(Comparator.comparing(Ranked::kv, order.reversed()));
    boolean byValue = query.target() == SortTarget.VALUE;
    long passed = 0;
    long count = 0;
    while (candidates.next()) {
      count++;
      var head = candidates.head();
      if (!passes(query.filters(), head)) {
        continue;
      }
      passed++;
      var kv = byValue ? fetch(candidates) : head.with(candidates.key(), Bytes.EMPTY);
      if (best.size() == query.limit()) {
        if (order.compare(kv, best.element().kv) >= 0) {
          continue;
        }
        best.remove();
      }
      best.add(new Ranked(kv, head));
    }
    for (var ranked : best) {
      boolean loaded = byValue || !isLoaded(query);
      kvs.add(loaded ? ranked.kv : candidates.load(ranked.kv.key(), ranked.head));
    }
    kvs.sort(order);
    return found(kvs, passed > query.limit(), count);
  }

  private record Ranked(KeyValue kv, Head head) {}

  private RangeOutcome.Found found(List<KeyValue> sorted, boolean more, long count) {
    var projected = new ArrayList<KeyValue>(sorted.size());
    for (var kv : sorted) {
      projected.add(project(query, kv));
    }
    return new RangeOutcome.Found(projected, more, count);
  }

  private KeyValue fetch(Candidates candidates) {
    var key = candidates.key();
    var head = candidates.head();
    return isLoaded(query) ? candidates.load(key, head) : head.with(key, Bytes.EMPTY);
  }

  private Comparator<KeyValue> order() {
    var ascending = ascending(query.target());
    return query.order() == SortOrder.DESCEND ? ascending.reversed() : ascending;
  }

  private static Comparator<KeyValue> ascending(SortTarget target) {
    return switch (target) {
      case KEY -> Comparator.comparing(KeyValue::key);
      case VERSION -> Comparator.comparingLong(KeyValue::version);
      case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
      case MOD -> Comparator.comparingLong(KeyValue::modRevision);
      case VALUE -> Comparator.comparing(KeyValue::value);
    };
  }

  private static boolean isLimited(RangeQuery query) {
    return query.limit() > 0;
  }

  private static boolean isLoaded(RangeQuery query) {
    return query.projection() == Projection.FULL || query.target() == SortTarget.VALUE;
  }

  /** R14: keys_only keeps the lease only where the value was looked at. */
  private static KeyValue project(RangeQuery query, KeyValue kv) {
    if (query.projection() == Projection.FULL) {
      return kv;
    }
    long lease = query.target() == SortTarget.VALUE ? kv.lease() : 0;
    return new KeyValue(
        kv.key(), kv.createRevision(), kv.modRevision(), kv.version(), Bytes.EMPTY, lease);
  }

  /** R10. */
  private static boolean passes(RevisionFilters filters, Head head) {
    return (filters.maxMod() == 0 || head.main() <= filters.maxMod())
        && (filters.minMod() == 0 || head.main() >= filters.minMod())
        && (filters.maxCreate() == 0 || head.createRevision() <= filters.maxCreate())
        && (filters.minCreate() == 0 || head.createRevision() >= filters.minCreate());
  }
}
