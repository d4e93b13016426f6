package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.EngineFile;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.EngineStats;
import dev.keelson.storage.mvcc.engine.EngineWork;
import dev.keelson.storage.mvcc.engine.Family;
import dev.keelson.storage.mvcc.engine.KvEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Every version of every key. One thread applies: {@link #begin}, {@link #putMeta}, {@link
 * #scheduleCompaction} and {@link #commitBatch} are its alone. All else is thread-safe.
 *
 * <p>Many commands make a batch; a batch becomes visible, with the log position it stands for, in
 * one engine write. What is written is durable only after {@link #flush}: after a crash the log is
 * applied again from {@link #applied} on.
 */
public final class MvccStore implements AutoCloseable {
  private final KvEngine engine;
  private final LatestCache cache;
  private final PendingBatch batch;
  private final Compactor compactor;
  private final OperationCounts operations = new OperationCounts();
  private volatile PublishedState published;
  private volatile LogPosition applied;

  private MvccStore(KvEngine engine, MvccConfig config, StoreState state) {
    this.engine = engine;
    this.cache = new LatestCache(config.cacheBytes());
    this.batch = new PendingBatch(engine, cache, state);
    this.published = new PublishedState(state, engine.snapshot(), cache.updates());
    this.applied = state.applied();
    this.compactor = new Compactor(engine, config, state.compactRevision());
  }

  /** Takes the engine over, and resumes from what it holds (M8, C6). */
  public static MvccStore open(KvEngine engine, MvccConfig config) {
    var stored = engine.get(Family.META, MetaKeys.STATE.toArray());
    return new MvccStore(
        engine, config, stored.map(encoded -> stateOf(engine, encoded)).orElse(StoreState.FRESH));
  }

  private static StoreState stateOf(EngineReader engine, byte[] encoded) {
    var state = StoreState.decode(encoded);
    return StoreState.lacksMetaHash(encoded)
        ? state.plusMetaHash(ContentScan.metaHash(engine))
        : state;
  }

  /** R of the newest committed batch. */
  public long revision() {
    return published.state().revision();
  }

  /** C of the newest committed batch; -1 if nothing was ever compacted (M1). */
  public long compactRevision() {
    return published.state().compactRevision();
  }

  /** The last entry whose effect is in the newest committed batch. */
  public LogPosition applied() {
    return applied;
  }

  /** The last entry whose effect a crash would not lose: the log is needed only after it. */
  public long flushedIndex() {
    return engine
        .getDurable(Family.META, MetaKeys.STATE.toArray())
        .map(encoded -> StoreState.decode(encoded).applied().index())
        .orElse(0L);
  }

  /** The newest committed batch. Never waits, however busy the writer is. */
  public StoreView openView() {
    while (true) {
      var newest = published;
      if (newest.acquire()) {
        return new StoreView(newest, cache, operations);
      }
      Invariant.check(newest != published, "the store is closed");
    }
  }

  /** Starts a command; the one before must have ended. */
  public WriteTxn begin() {
    return new PendingTxn(batch, engine, operations);
  }

  /** Keeps something of the server's beside the keys, in the same batch. */
  public void putMeta(Bytes key, Bytes value) {
    batch.putMeta(key, value);
  }

  /** What was last put, in this batch or before; on the apply thread, or before it starts. */
  public Optional<Bytes> getMeta(Bytes key) {
    return batch.meta(key);
  }

  /** Grants a lease or replaces its record; on the apply thread. */
  public void putLease(StoredLease lease) {
    batch.putLease(lease);
  }

  /** Takes back a lease that exists; its keys are {@link WriteTxn#deleteAttached}'s to delete. */
  public void deleteLease(StoredLease lease) {
    batch.deleteLease(lease);
  }

  /** A lease as of now, own changes included; on the apply thread. */
  public Optional<StoredLease> lease(long id) {
    return batch.leases().find(id);
  }

  /** The keys of a lease as of now, own changes included, ascending; on the apply thread. */
  public NavigableSet<Bytes> attachedKeys(long lease) {
    return batch.leases().keysOf(lease);
  }

  /** All leases of the newest committed batch; on the apply thread, or before it starts. */
  public void forEachLease(Consumer<StoredLease> action) {
    PendingLeases.forEachStored(engine, action);
  }

  /** Raises C (C1, C2); reads are refused below it from the batch's commit on (C3). */
  public CompactOutcome scheduleCompaction(long revision) {
    if (revision <= batch.compactRevision()) {
      return new CompactOutcome.Compacted(batch.compactRevision());
    }
    if (revision > batch.revision()) {
      return new CompactOutcome.Future(batch.revision());
    }
    batch.compactTo(revision);
    return new CompactOutcome.Scheduled(revision);
  }

  /**
   * Writes all commands since the last call at once and shows them to readers.
   *
   * @param position of the last entry that is contained; it must be durable in this member's own
   *     log (anchor 4), as the engine may flush at any moment
   * @return the changes of those commands, in order
   */
  public List<AppliedChange> commitBatch(LogPosition position) {
    Invariant.check(
        position.index() >= applied.index() && position.term() >= applied.term(),
        "applied moves from %s to %s",
        applied,
        position);
    engine.write(batch.seal(position));
    boolean leasesChanged = batch.leases().recordsChanged();
    var written = batch.state(position);
    batch.updateCache();
    var changes = batch.takeChanges();
    batch.clear(written);
    publish(written, leasesChanged);
    applied = position;
    return changes;
  }

  private void publish(StoreState state, boolean leasesChanged) {
    var old = published;
    boolean compacts = state.compactRevision() > old.state().compactRevision();
    boolean changed = state.revision() > old.state().revision() || leasesChanged || compacts;
    if (!changed && !compactor.takeRemoved()) {
      return;
    }
    published = new PublishedState(state, engine.snapshot(), cache.updates());
    old.release();
    if (compacts) {
      compactor.schedule(state.compactRevision());
    }
  }

  /** Removes what no reader may see any more. Driven by its own thread, or step by step. */
  public Compactor compactor() {
    return compactor;
  }

  /**
   * Hashes the store at a revision, 0 for the newest (C13). Reads much; not for the apply thread.
   */
  public HashOutcome hashAt(long revision) {
    try (var view = openView()) {
      if (revision > view.revision()) {
        return new HashOutcome.Future(view.revision());
      }
      if (revision != 0 && revision < view.compactRevision()) {
        return new HashOutcome.Compacted(view.compactRevision(), view.revision());
      }
      // A kept hash answers those who name its revision; members compare the newest as it is now.
      long at = revision == 0 ? view.revision() : revision;
      var kept = revision == 0 ? Optional.<HashOutcome.Hashed>empty() : compactor.keptHash(at);
      return kept.map(hash -> hash.seenAt(view.revision()))
          .orElseGet(
              () -> StoreHash.of(view.reader(), view.revision(), view.compactRevision(), at));
    }
  }

  /**
   * The hash of all that is stored, as of the open batch's last command, which is the entry at this
   * position (DV-hash). Costs nothing: it is kept with every change. It covers the changes since it
   * was last taken, so that all members take it at the same indexes. On the apply thread.
   *
   * @return empty if this member does not know all of those changes
   */
  public Optional<StateHash> takeStateHash(LogPosition position) {
    var hash = batch.takeHash(position);
    return hash.sinceIndex() == StoreState.Window.UNKNOWN ? Optional.empty() : Optional.of(hash);
  }

  /** The sum over all that is visible or kept beside it, without history. On the apply thread. */
  public long contentHash() {
    return batch.state(applied).totals().contentHash();
  }

  /** Begins to read everything that the content hash is kept of; the caller goes on, and closes. */
  public ContentAudit auditContent() {
    return new ContentAudit(engine.snapshotForScan());
  }

  /** The files that hold what is durable, as of now. */
  public List<EngineFile> files() {
    return engine.files();
  }

  /**
   * Reads one of them as a whole, unless it is not needed any more. Thread-safe.
   *
   * @throws EngineException that {@link EngineException#isDamage} if it is not what was written
   */
  public void verify(EngineFile file) {
    engine.verify(file);
  }

  /** Makes all that is committed durable. Waits for the disk; readers and the writer go on. */
  public void flush() {
    engine.flush();
  }

  /** Puts a copy of the store into a new directory; it holds at least what is committed. */
  public void checkpoint(Path directory) {
    engine.checkpoint(directory);
  }

  /**
   * What all versions take that are not removed yet; the quota counts it. Exact, cheap, and lowered
   * by the removals behind a compaction at once, whenever the engine gives their space back.
   */
  public long storedBytes() {
    return published.state().writtenBytes() - compactor.removedBytes();
  }

  public StoreStats stats() {
    var sizes = engine.stats();
    var totals = published.state().totals();
    long stored = storedBytes();
    return new StoreStats(
        Math.max(sizes.bytesOnDisk(), stored), // the newest are in memory only
        stored,
        sizes.bytesInMemory(),
        totals.keys(),
        totals.bytes());
  }

  /** What the engine under it takes and does. */
  public EngineStats engineStats() {
    return engine.stats();
  }

  /** What the engine does behind the writes. */
  public EngineWork engineWork() {
    return engine.work();
  }

  public OperationCounts operations() {
    return operations;
  }

  /** Closes without a flush. Open views stay readable; the compactor must have stopped. */
  @Override
  public void close() {
    published.release();
    engine.close();
  }
}
