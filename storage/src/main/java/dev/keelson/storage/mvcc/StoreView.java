package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import dev.keelson.storage.mvcc.engine.EngineReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A view of a published batch. */
public final class StoreView implements ReadView {
  private final PublishedState published;
  private final LatestCache cache;
  private final OperationCounts operations;
  private boolean closed;

  /** Takes over one use of the state. */
  StoreView(PublishedState published, LatestCache cache, OperationCounts operations) {
    this.published = published;
    this.cache = cache;
    this.operations = operations;
  }

  @Override
  public long revision() {
    return published.state().revision();
  }

  @Override
  public long compactRevision() {
    return published.state().compactRevision();
  }

  EngineReader reader() {
    Invariant.check(!closed, "a read from a closed view");
    return published.snapshot();
  }

  @Override
  public RangeOutcome range(RangeQuery query) {
    return read(query, candidates -> RangeReader.read(query, candidates));
  }

  @Override
  public RangeOutcome page(RangeQuery query, long maxBytes) {
    return read(query, candidates -> RangeReader.readPage(query, candidates, maxBytes));
  }

  private RangeOutcome read(RangeQuery query, Function<Candidates, RangeOutcome> reading) {
    operations.ranged(1);
    long asked = query.revision();
    if (asked > revision()) {
      return new RangeOutcome.Future(revision());
    }
    if (asked > 0 && asked < compactRevision()) {
      return new RangeOutcome.Compacted(compactRevision());
    }
    if (ScanBounds.isEmpty(query.range())) {
      return RangeReader.NOTHING;
    }
    boolean latest = asked <= 0 || asked == revision();
    if (latest && query.range() instanceof KeyRange.Single(var key)) {
      return latest(query, key);
    }
    try (var candidates = candidates(query.range(), latest, asked)) {
      return reading.apply(candidates);
    }
  }

  private RangeOutcome latest(RangeQuery query, Bytes key) {
    var reader = reader();
    var cached = cache.find(key, revision());
    if (cached.isPresent()) {
      return RangeReader.single(query, key, cached.get().head(), cached.get()::kv);
    }
    var head = StoredValues.head(reader, key);
    return head.isPresent()
        ? RangeReader.single(query, key, head.get(), () -> load(reader, head.get()))
        : RangeReader.NOTHING;
  }

  private KeyValue load(EngineReader reader, Head head) {
    var kv = StoredValues.load(reader, head);
    cache.offer(new LatestCache.Entry(head, kv), published.cacheUpdates());
    return kv;
  }

  private Candidates candidates(KeyRange range, boolean latest, long revision) {
    return latest
        ? new LatestCandidates(reader(), cache, range)
        : new HistoryCandidates(reader(), range, revision);
  }

  @Override
  public Optional<StoredLease> lease(long id) {
    return PendingLeases.stored(reader(), id);
  }

  @Override
  public List<Bytes> attachedKeys(long lease) {
    return PendingLeases.storedKeys(reader(), lease);
  }

  /**
   * The changes of the revisions {@code [from, to]} in order, complete only from C on (C5).
   *
   * @throws dev.keelson.raft.InvariantViolation if {@code from} lies below {@link #compactRevision}
   */
  public ChangeLog changes(long from, long to) {
    Invariant.check(
        from >= compactRevision(), "changes from %d, compacted to %d", from, compactRevision());
    return new ChangeLog(reader(), from, Math.min(to, revision()));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      published.release();
    }
  }
}
