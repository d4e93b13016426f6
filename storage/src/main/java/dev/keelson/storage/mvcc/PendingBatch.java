package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What the apply thread has done since the last engine write: the records to write, and the same
 * changes in a form that later commands of the batch can read.
 */
final class PendingBatch {
  private final EngineReader engine;
  private final LatestCache cache;
  private final EngineBatch records = new EngineBatch();
  private final NavigableMap<Bytes, List<Version>> changed = new TreeMap<>();
  private final Map<Bytes, Bytes> meta = new HashMap<>();
  private final PendingLeases leases;
  private final CRC32C crc = new CRC32C();
  private List<AppliedChange> changes = new ArrayList<>();
  private StoreState committed;
  private boolean inCommand;
  private long revision;
  private long compactRevision;
  private long writtenBytes;
  private StoreState.Totals totals;
  private long windowSince;
  private long windowHash;

  /** A version that is not in the engine yet. */
  sealed interface Version {
    long main();

    record Put(Head head, Bytes value) implements Version {
      @Override
      public long main() {
        return head.main();
      }
    }

    record Delete(long main, int sub) implements Version {}
  }

  PendingBatch(EngineReader engine, LatestCache cache, StoreState committed) {
    this.engine = engine;
    this.cache = cache;
    this.leases = new PendingLeases(engine);
    this.committed = committed;
    this.revision = committed.revision();
    this.compactRevision = committed.compactRevision();
    this.writtenBytes = committed.writtenBytes();
    this.totals = committed.totals();
    this.windowSince = committed.window().sinceIndex();
    this.windowHash = committed.window().hash();
  }

  long revision() {
    return revision;
  }

  long compactRevision() {
    return compactRevision;
  }

  /** R of what the engine holds. */
  long committedRevision() {
    return committed.revision();
  }

  /** One command at a time, so that each has a main revision of its own (M2). */
  void beginCommand() {
    Invariant.check(!inCommand, "a command begins inside another");
    inCommand = true;
  }

  void endCommand(boolean changed) {
    inCommand = false;
    if (changed) {
      revision++;
    }
  }

  void compactTo(long newCompactRevision) {
    compactRevision = newCompactRevision;
  }

  void putMeta(Bytes key, Bytes value) {
    long before = meta(key).map(old -> ContentHash.of(key, old)).orElse(0L);
    meta.put(key, value);
    hashed(totals.plusHash(ContentHash.of(key, value) - before));
  }

  Optional<Bytes> meta(Bytes key) {
    var changed = meta.get(key);
    return changed == null
        ? engine.get(Family.META, MetaKeys.opaque(key)).map(Bytes::wrap)
        : Optional.of(changed);
  }

  /** A change is done: the sums are these now. */
  private void hashed(StoreState.Totals next) {
    totals = next;
    windowHash = ContentHash.chain(windowHash, next.contentHash());
  }

  /** The hash of everything as of the entry of this index, after which the next window begins. */
  StateHash takeHash(LogPosition position) {
    var hash = state(position).hash();
    windowSince = position.index();
    windowHash = 0;
    return hash;
  }

  PendingLeases leases() {
    return leases;
  }

  void putLease(StoredLease lease) {
    leases.find(lease.id()).ifPresent(old -> totals = totals.minus(old));
    hashed(totals.plus(lease));
    leases.put(lease);
  }

  void deleteLease(StoredLease lease) {
    hashed(totals.minus(lease));
    leases.delete(lease.id());
  }

  /** The newest state of a key, own changes included. */
  Optional<Head> head(Bytes key) {
    var versions = changed.isEmpty() ? null : changed.get(key);
    return versions == null ? committedHead(key) : headOf(versions.getLast());
  }

  private Optional<Head> committedHead(Bytes key) {
    var cached = cache.head(key);
    return cached.isPresent() ? cached : StoredValues.head(engine, key);
  }

  Optional<KeyValue> get(Bytes key) {
    return head(key).map(head -> load(key, head));
  }

  private static Optional<Head> headOf(Version version) {
    return switch (version) {
      case Version.Put(var head, _) -> Optional.of(head);
      case Version.Delete _ -> Optional.empty();
    };
  }

  KeyValue load(Bytes key, Head head) {
    if (head.main() <= committed.revision()) {
      return StoredValues.load(engine, cache, key, head);
    }
    for (var version : changed.getOrDefault(key, List.of())) {
      if (version instanceof Version.Put(var own, var value) && own.equals(head)) {
        return head.with(key, value);
      }
    }
    throw new InvariantViolation(
        "revision " + head.main() + "." + head.sub() + " is not in this batch");
  }

  /** The newest state without this batch. */
  Candidates latestCandidates(KeyRange range) {
    return new LatestCandidates(engine, cache, range);
  }

  boolean isUnchanged() {
    return changed.isEmpty();
  }

  /** What is not yet in the engine, of the keys within the bounds. */
  SortedMap<Bytes, List<Version>> changed(ScanBounds bounds) {
    return bounds.to().isEmpty()
        ? changed.tailMap(bounds.from())
        : changed.subMap(bounds.from(), bounds.to());
  }

  KeyValue put(Bytes key, Bytes value, long lease, int sub) {
    long main = revision + 1;
    var previous = head(key);
    long create = previous.isPresent() ? previous.get().createRevision() : main;
    long version = previous.isPresent() ? previous.get().version() + 1 : 1;
    var kv = new KeyValue(key, create, main, version, value, lease);
    int length = ChangeCodec.length(kv);
    records.reserve(Family.CHANGES, KeyCodec.REVISION_BYTES, length);
    KeyCodec.writeRevision(records.array(), records.keyAt(), main, sub);
    ChangeCodec.writePut(records.array(), records.valueAt(), kv);
    int wireBytes = length - ChangeCodec.TYPE_BYTES;
    crc.reset();
    crc.update(records.array(), records.valueAt() + ChangeCodec.TYPE_BYTES, wireBytes);
    var head = new Head(main, sub, create, version, lease, wireBytes, (int) crc.getValue());
    changes.add(
        new AppliedChange(
            new Change.Put(new Revision(main, sub), kv), previous(key, previous.isPresent())));
    previous.ifPresent(old -> totals = totals.minus(old));
    hashed(totals.plus(head));
    writtenBytes += Footprint.of(key.length(), wireBytes);
    leases.move(key, previous.isPresent() ? previous.get().lease() : 0, lease);
    remember(key, new Version.Put(head, value));
    return kv;
  }

  /** What stood there before this command, as far as it is at hand. */
  private AppliedChange.Previous previous(Bytes key, boolean exists) {
    var versions = changed.isEmpty() ? null : changed.get(key);
    if (versions != null) {
      return versions.getLast() instanceof Version.Put(var head, var value)
              && head.main() <= revision
          ? new AppliedChange.Previous.Known(head.with(key, value))
          : AppliedChange.UNREAD;
    }
    if (!exists) {
      return AppliedChange.ABSENT;
    }
    return cache
        .find(key)
        .<AppliedChange.Previous>map(entry -> new AppliedChange.Previous.Known(entry.kv()))
        .orElse(AppliedChange.UNREAD);
  }

  void delete(Bytes key, Head previous, int sub) {
    long main = revision + 1;
    changes.add(
        new AppliedChange(new Change.Delete(new Revision(main, sub), key), previous(key, true)));
    var tombstone = ChangeCodec.tombstone(key);
    records.reserve(Family.CHANGES, KeyCodec.REVISION_BYTES, ChangeCodec.length(tombstone));
    KeyCodec.writeRevision(records.array(), records.keyAt(), main, sub);
    ChangeCodec.writeDelete(records.array(), records.valueAt(), tombstone);
    hashed(totals.minus(previous));
    writtenBytes += Footprint.ofTombstone(key.length());
    leases.move(key, previous.lease(), 0);
    remember(key, new Version.Delete(main, sub));
  }

  private void remember(Bytes key, Version version) {
    changed.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(version);
  }

  /**
   * Completes the records with what finds the changes, and the position they stand for. The indexes
   * are written in key order: the engine then finds most places near the one before.
   */
  EngineBatch seal(LogPosition applied) {
    Invariant.check(!inCommand, "a batch ends inside a command");
    changed.forEach(this::writeHistory);
    changed.forEach(this::writeLatest);
    leases.writeTo(records);
    meta.forEach((key, value) -> records.put(Family.META, MetaKeys.opaque(key), value.toArray()));
    records.put(Family.META, MetaKeys.STATE.toArray(), state(applied).encode());
    return records;
  }

  /** After the write, before readers are shown it. */
  void updateCache() {
    if (changed.isEmpty()) {
      return; // nothing is published either: readers may go on adding
    }
    cache.beginUpdate();
    for (var change : changed.entrySet()) {
      switch (change.getValue().getLast()) {
        case Version.Put(var head, var value) -> cache.put(change.getKey(), head, value);
        case Version.Delete _ -> cache.remove(change.getKey());
      }
    }
  }

  /** The newest first, as the entries of a key lie. */
  private void writeHistory(Bytes key, List<Version> versions) {
    for (var version : versions.reversed()) {
      switch (version) {
        case Version.Put(var head, _) -> {
          reserveHistory(key, head.main(), head.sub(), head.encodedLength());
          head.write(records.array(), records.valueAt());
        }
        case Version.Delete(long main, int sub) -> reserveHistory(key, main, sub, 0);
      }
    }
  }

  private void reserveHistory(Bytes key, long main, int sub, int valueLength) {
    records.reserve(Family.HISTORY, KeyCodec.historyKeyLength(key), valueLength);
    KeyCodec.writeHistoryKey(records.array(), records.keyAt(), key, main, sub);
  }

  private void writeLatest(Bytes key, List<Version> versions) {
    switch (versions.getLast()) {
      case Version.Put(var head, _) -> {
        records.reserve(Family.LATEST, key.length(), head.encodedLength());
        System.arraycopy(
            key.backingArray(),
            key.backingOffset(),
            records.array(),
            records.keyAt(),
            key.length());
        head.write(records.array(), records.valueAt());
      }
      case Version.Delete _ -> records.delete(Family.LATEST, key.toArray());
    }
  }

  StoreState state(LogPosition applied) {
    var window = new StoreState.Window(windowSince, windowHash);
    return new StoreState(applied, revision, compactRevision, writtenBytes, totals, window);
  }

  /** All changes of the batch, in order. The list is the caller's from now on. */
  List<AppliedChange> takeChanges() {
    if (changes.isEmpty()) {
      return List.of();
    }
    var taken = changes;
    changes = new ArrayList<>();
    return taken;
  }

  /** Starts the next batch on top of what was written. */
  void clear(StoreState written) {
    committed = written;
    records.clear();
    changed.clear();
    leases.clear();
    meta.clear();
  }
}
