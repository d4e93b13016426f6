package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import dev.keelson.storage.mvcc.engine.EngineReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One command's changes on top of those of its batch. */
final class PendingTxn implements WriteTxn {
  private final PendingBatch batch;
  private final EngineReader engine;
  private final OperationCounts operations;
  private final long baseRevision;
  private int nextSub;
  private boolean ended;
  private int puts;
  private int deletes;
  private int ranges;
  private long putBytes;

  PendingTxn(PendingBatch batch, EngineReader engine, OperationCounts operations) {
    this.batch = batch;
    this.engine = engine;
    this.operations = operations;
    this.baseRevision = batch.revision();
    batch.beginCommand();
  }

  @Override
  public long baseRevision() {
    return baseRevision;
  }

  @Override
  public long compactRevision() {
    return batch.compactRevision();
  }

  @Override
  public boolean changed() {
    return nextSub > 0;
  }

  @Override
  public Optional<KeyValue> get(Bytes key) {
    return batch.get(key);
  }

  @Override
  public RangeOutcome range(RangeQuery query) {
    ranges++;
    if (query.revision() > baseRevision) {
      return new RangeOutcome.Future(baseRevision);
    }
    if (query.revision() > 0 && query.revision() < batch.compactRevision()) {
      return new RangeOutcome.Compacted(batch.compactRevision());
    }
    if (query.revision() <= 0 && query.range() instanceof KeyRange.Single(var key)) {
      return batch
          .head(key)
          .map(head -> RangeReader.single(query, key, head, () -> batch.load(key, head)))
          .orElse(RangeReader.NOTHING);
    }
    if (ScanBounds.isEmpty(query.range())) {
      return RangeReader.NOTHING;
    }
    try (var candidates = candidates(query.range(), query.revision())) {
      return RangeReader.read(query, candidates);
    }
  }

  private Candidates candidates(KeyRange range, long revision) {
    // Own changes are visible at the latest revision alone (T8, T20).
    long at = revision > 0 ? revision : Long.MAX_VALUE;
    if (at < batch.committedRevision()) {
      return new HistoryCandidates(engine, range, at);
    }
    var latest = batch.latestCandidates(range);
    return batch.isUnchanged() ? latest : new PendingCandidates(latest, batch, range, at);
  }

  @Override
  public KeyValue put(Bytes key, Bytes value, long lease) {
    checkOpen();
    puts++;
    putBytes += key.length() + value.length();
    return batch.put(key, value, lease, nextSub++);
  }

  @Override
  public List<KeyValue> deleteRange(KeyRange range) {
    checkOpen();
    deletes++;
    var deleted = new ArrayList<KeyValue>();
    if (range instanceof KeyRange.Single(var key)) {
      batch.head(key).ifPresent(head -> deleted.add(delete(key, head)));
      return deleted;
    }
    if (ScanBounds.isEmpty(range)) {
      return deleted;
    }
    // The candidates copied the batch's changes and the engine does not see them: deleting while
    // walking is safe.
    try (var candidates = candidates(range, 0)) {
      while (candidates.next()) {
        deleted.add(delete(candidates.key(), candidates.head()));
      }
    }
    return deleted;
  }

  @Override
  public int deleteAttached(long lease) {
    checkOpen();
    int deleted = 0;
    for (var key : batch.leases().keysOf(lease)) {
      var head = batch.head(key);
      Invariant.check(
          head.isPresent() && head.get().lease() == lease,
          "a key of %d bytes is attached to lease %d and does not carry it",
          key.length(),
          lease);
      batch.delete(key, head.get(), nextSub++);
      deleted++;
    }
    return deleted;
  }

  private KeyValue delete(Bytes key, Head head) {
    var previous = batch.load(key, head);
    batch.delete(key, head, nextSub++);
    return previous;
  }

  private void checkOpen() {
    Invariant.check(!ended, "a change after the end of its command");
  }

  @Override
  public long commit() {
    checkOpen();
    ended = true;
    batch.endCommand(changed()); // M2: one main revision, however many changes
    operations.ended(puts, deletes, ranges, putBytes);
    return batch.revision();
  }
}
