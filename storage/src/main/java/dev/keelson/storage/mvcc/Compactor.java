package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.EngineIterator;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import dev.keelson.storage.mvcc.engine.KvEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Removes versions that no reader may see any more (C5). It walks the changes since the last
 * compaction in revision order: each of them, having come to lie at or below C, has replaced one
 * older version. The cost follows the number of changes, not the size of the store.
 *
 * <p>It only deletes history at or below C and the apply thread only adds above it, so that they
 * never write the same entry, and neither waits for the other. The steps belong to one thread; the
 * rest is thread-safe.
 */
public final class Compactor {
  private static final int KEPT_HASHES = 10;

  private final KvEngine engine;
  private final MvccConfig config;
  private final EngineBatch removals = new EngineBatch();
  private final List<Waiting> waiting = new ArrayList<>(); // guarded by itself, for moments only
  private Optional<Compactor> successor = Optional.empty(); // guarded by waiting
  private volatile Runnable wakeUp = () -> {};
  private volatile long scheduled;
  private volatile CompactionProgress progress;
  private volatile List<HashOutcome.Hashed> hashes = List.of();
  private volatile boolean removed;
  private final LongAdder removedVersions = new LongAdder();
  private Optional<HashOutcome.Hashed> runningHash = Optional.empty();
  private long stepRemovedBytes;
  private long stepRemovedVersions;

  private record Waiting(long revision, Runnable action) {}

  Compactor(KvEngine engine, MvccConfig config, long scheduled) {
    this.engine = engine;
    this.config = config;
    this.scheduled = scheduled;
    this.progress = CompactionProgress.load(engine);
  }

  /** Apply thread: removal up to C may begin, the batch that raised C is written. */
  void schedule(long compactRevision) {
    scheduled = compactRevision;
    wakeUp.run();
  }

  /** Names what runs when there is more to remove, on the apply thread. */
  public void whenScheduled(Runnable action) {
    wakeUp = action;
  }

  /** Whether removals have ended since the last call: old snapshots hold back their space. */
  boolean takeRemoved() {
    boolean was = removed;
    removed = false;
    return was;
  }

  /** The last revision up to which all is removed; -1 if none. */
  public long finishedRevision() {
    return progress.finished();
  }

  /** Versions removed since the store was opened. */
  public long removedVersions() {
    return removedVersions.sum();
  }

  /** {@link Footprint} of all that was ever removed. */
  long removedBytes() {
    return progress.removedBytes();
  }

  /** Between two steps, so that the processor is left to those who serve. */
  public long pauseNanos() {
    return config.compactionPauseMillis() * 1_000_000;
  }

  /** One {@link #step(int)} of the size that the configuration names. */
  public boolean step() {
    return step(config.compactionBatchChanges());
  }

  /** Runs the action once all is removed up to the revision, durably (C4): perhaps at once. */
  public void whenFinished(long revision, Runnable action) {
    Optional<Compactor> next;
    synchronized (waiting) {
      next = successor;
      if (next.isEmpty() && progress.finished() < revision) {
        waiting.add(new Waiting(revision, action));
        return;
      }
    }
    next.ifPresentOrElse(compactor -> compactor.whenFinished(revision, action), action);
  }

  /** Another store takes this one's place: who waits for removals waits for those of that one. */
  public void succeededBy(Compactor next) {
    List<Waiting> moved;
    synchronized (waiting) {
      successor = Optional.of(next);
      moved = List.copyOf(waiting);
      waiting.clear();
    }
    moved.forEach(waiter -> next.whenFinished(waiter.revision, waiter.action));
  }

  /**
   * Looks at some changes more, and removes what they replaced in one engine write.
   *
   * @return whether there was work
   */
  public boolean step(int maxChanges) {
    if (progress.isIdle()) {
      long target = scheduled;
      if (target <= progress.finished()) {
        return false;
      }
      progress = progress.start(target);
    }
    if (progress.isAtStart()) {
      runningHash = hashBeforeRemoval();
    }
    removals.clear();
    stepRemovedBytes = 0;
    stepRemovedVersions = 0;
    CompactionProgress reached;
    try (var snapshot = engine.snapshot()) {
      reached = examine(snapshot, maxChanges).plusRemoved(stepRemovedBytes);
    }
    removals.put(Family.META, MetaKeys.COMPACTION.toArray(), reached.encode());
    engine.write(removals);
    removedVersions.add(stepRemovedVersions);
    if (reached.isIdle()) {
      engine.flush();
    }
    progress = reached;
    if (reached.isIdle()) {
      finished();
    }
    return true;
  }

  private Optional<HashOutcome.Hashed> hashBeforeRemoval() {
    try (var snapshot = engine.snapshot()) {
      var state =
          snapshot.get(Family.META, MetaKeys.STATE.toArray()).map(StoreState::decode).orElseThrow();
      if (state.totals().bytes() > config.compactionHashMaxBytes()) {
        return Optional.empty();
      }
      return Optional.of(
          StoreHash.of(snapshot, state.revision(), progress.finished(), progress.target()));
    }
  }

  private CompactionProgress examine(EngineReader reader, int maxChanges) {
    byte[] from = KeyCodec.changeKey(progress.nextMain(), progress.nextSub());
    byte[] to = KeyCodec.changeKey(progress.target() + 1, 0);
    try (var changes = reader.iterate(Family.CHANGES, from, to);
        var history = reader.iterate(Family.HISTORY, new byte[0], new byte[0])) {
      for (int looked = 0; changes.next(); looked++) {
        byte[] change = changes.key();
        if (looked == maxChanges) {
          return progress.at(KeyCodec.changeMain(change), KeyCodec.changeSub(change));
        }
        examine(change, changes.value(), history);
      }
      return progress.finish();
    }
  }

  private void examine(byte[] change, byte[] stored, EngineIterator history) {
    long main = KeyCodec.changeMain(change);
    int sub = KeyCodec.changeSub(change);
    boolean delete = ChangeCodec.isDelete(stored);
    var kv = ChangeCodec.keyValue(stored);
    // Before the first version of a life there is at most a tombstone, which goes by itself.
    if (delete || kv.version() > 1) {
      byte[] after =
          ScanBounds.after(Bytes.wrap(KeyCodec.historyKey(kv.key(), main, sub))).toArray();
      if (history.seek(after)) {
        byte[] older = history.key();
        if (KeyCodec.isVersionOf(older, kv.key())) {
          int wireBytes = Head.decode(history.value()).wireBytes();
          remove(older, Footprint.of(kv.key().length(), wireBytes));
        }
      }
    }
    if (delete && main < progress.target()) {
      long footprint = Footprint.ofTombstone(kv.key().length());
      remove(KeyCodec.historyKey(kv.key(), main, sub), footprint);
    }
  }

  private void remove(byte[] version, long footprint) {
    stepRemovedBytes += footprint;
    stepRemovedVersions++;
    removals.delete(Family.HISTORY, version);
    long main = KeyCodec.historyMain(version);
    removals.delete(Family.CHANGES, KeyCodec.changeKey(main, KeyCodec.historySub(version)));
  }

  private void finished() {
    runningHash.ifPresent(
        hash ->
            hashes = Stream.concat(Stream.of(hash), hashes.stream()).limit(KEPT_HASHES).toList());
    runningHash = Optional.empty();
    removed = true;
    var due = new ArrayList<Runnable>();
    synchronized (waiting) {
      waiting.removeIf(waiter -> waiter.revision <= progress.finished() && due.add(waiter.action));
    }
    due.forEach(Runnable::run);
  }

  /** C13: the hash of a finished compaction at exactly this revision, with the C before it. */
  Optional<HashOutcome.Hashed> keptHash(long revision) {
    return hashes.stream().filter(hash -> hash.hashRevision() == revision).findFirst();
  }
}
