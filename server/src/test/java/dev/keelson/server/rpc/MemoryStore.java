package dev.keelson.server.rpc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.ReadView;
import dev.keelson.storage.mvcc.StoredLease;
import dev.keelson.storage.mvcc.engine.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A store of versions in memory: key order, limit, projections and revisions; no sorts. */
final class MemoryStore {
  private final TreeMap<Long, SortedMap<Bytes, KeyValue>> byRevision = new TreeMap<>();
  private final AtomicInteger openViews = new AtomicInteger();
  private final AtomicInteger viewsOpened = new AtomicInteger();
  private volatile boolean damaged;
  private long revision = 1;
  private long compactRevision = -1;

  MemoryStore() {
    byRevision.put(1L, new TreeMap<>());
  }

  /** From now on reads find that the engine cannot be read. */
  void damage() {
    damaged = true;
  }

  synchronized ReadView openView() {
    openViews.incrementAndGet();
    viewsOpened.incrementAndGet();
    return new View(revision, compactRevision, byRevision.headMap(revision, true));
  }

  int openViews() {
    return openViews.get();
  }

  int viewsOpened() {
    return viewsOpened.get();
  }

  synchronized long revision() {
    return revision;
  }

  synchronized Optional<KeyValue> put(Bytes key, Bytes value, long lease) {
    var next = new TreeMap<>(latest());
    var before = Optional.ofNullable(next.get(key));
    revision++;
    next.put(
        key,
        new KeyValue(
            key,
            before.map(KeyValue::createRevision).orElse(revision),
            revision,
            before.map(KeyValue::version).orElse(0L) + 1,
            value,
            lease));
    byRevision.put(revision, next);
    return before;
  }

  synchronized List<KeyValue> delete(KeyRange range) {
    var deleted = latest().values().stream().filter(kv -> range.contains(kv.key())).toList();
    if (!deleted.isEmpty()) {
      var next = new TreeMap<>(latest());
      deleted.forEach(kv -> next.remove(kv.key()));
      byRevision.put(++revision, next);
    }
    return deleted;
  }

  synchronized void compact(long at) {
    compactRevision = at;
  }

  synchronized long compactRevision() {
    return compactRevision;
  }

  private SortedMap<Bytes, KeyValue> latest() {
    return byRevision.lastEntry().getValue();
  }

  private final class View implements ReadView {
    private final long revision;
    private final long compactRevision;
    private final SortedMap<Long, SortedMap<Bytes, KeyValue>> history;

    View(long revision, long compactRevision, SortedMap<Long, SortedMap<Bytes, KeyValue>> history) {
      this.revision = revision;
      this.compactRevision = compactRevision;
      this.history = new TreeMap<>(history);
    }

    @Override
    public long revision() {
      return revision;
    }

    @Override
    public long compactRevision() {
      return compactRevision;
    }

    @Override
    public RangeOutcome range(RangeQuery query) {
      if (damaged) {
        throw new EngineException("read failed: block checksum mismatch", new IOException());
      }
      long at = query.revision() <= 0 ? revision : query.revision();
      if (at > revision) {
        return new RangeOutcome.Future(revision);
      }
      if (at < compactRevision) {
        return new RangeOutcome.Compacted(compactRevision);
      }
      var found = new ArrayList<KeyValue>();
      for (var kv : history.getOrDefault(at, new TreeMap<>()).values()) {
        if (query.range().contains(kv.key())) {
          found.add(kv);
        }
      }
      if (query.projection() == Projection.COUNT_ONLY) {
        return new RangeOutcome.Found(List.of(), false, found.size());
      }
      boolean more = query.limit() > 0 && found.size() > query.limit();
      return new RangeOutcome.Found(
          more ? found.subList(0, (int) query.limit()) : found, more, found.size());
    }

    @Override
    public RangeOutcome page(RangeQuery query, long maxBytes) {
      return range(query) instanceof RangeOutcome.Found found ? cut(found, maxBytes) : range(query);
    }

    private static RangeOutcome.Found cut(RangeOutcome.Found found, long maxBytes) {
      long bytes = 0;
      int kept = 0;
      while (kept < found.kvs().size() && (kept == 0 || bytes < maxBytes)) {
        bytes += found.kvs().get(kept++).value().length();
      }
      boolean more = found.more() || kept < found.kvs().size();
      return new RangeOutcome.Found(found.kvs().subList(0, kept), more, kept);
    }

    @Override
    public Optional<StoredLease> lease(long id) {
      return Optional.empty();
    }

    @Override
    public List<Bytes> attachedKeys(long lease) {
      return List.of();
    }

    @Override
    public void close() {
      openViews.decrementAndGet();
    }
  }
}
