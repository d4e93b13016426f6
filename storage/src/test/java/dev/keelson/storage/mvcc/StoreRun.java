package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.RangeQuery.SortTarget;
import dev.keelson.storage.mvcc.engine.KvEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;

/** A store and a model that apply the same log, and every comparison between them. */
final class StoreRun {
  static final MvccConfig CONFIG = new MvccConfig(3, 0, 1 << 20, 1 << 14);

  final List<Command> log = new ArrayList<>();
  ModelStore model = new ModelStore();
  MvccStore store;

  StoreRun(KvEngine engine) {
    this.store = MvccStore.open(engine, CONFIG);
  }

  /** Goes on with what a crash left: applies the log again from there. */
  void reopen(KvEngine engine) {
    store = MvccStore.open(engine, CONFIG);
    model = new ModelStore();
    int applied = (int) store.applied().index();
    log.subList(0, applied).forEach(model::apply);
    assertThat(store.revision()).isEqualTo(model.revision);
    assertThat(store.compactRevision()).isEqualTo(model.compactRevision);
    if (applied < log.size()) {
      log.subList(applied, log.size()).forEach(this::applyBoth);
      commit();
    }
  }

  /** Appends to the log and applies to both, not committed yet. */
  void submit(Command command) {
    log.add(command);
    applyBoth(command);
  }

  void commit() {
    store.commitBatch(new LogPosition(1, log.size()));
  }

  private void applyBoth(Command command) {
    switch (command) {
      case Command.Txn(var ops) -> applyTxn(ops);
      case Command.Compact(var revision) -> {
        var expected =
            revision <= model.compactRevision
                ? new CompactOutcome.Compacted(model.compactRevision)
                : revision > model.revision
                    ? new CompactOutcome.Future(model.revision)
                    : new CompactOutcome.Scheduled(revision);
        assertThat(store.scheduleCompaction(revision)).isEqualTo(expected);
        model.apply(command);
      }
      case Command.Meta(var key, var value) -> {
        store.putMeta(key, value);
        model.apply(command);
        assertThat(store.getMeta(key)).contains(value);
      }
      case Command.Grant(var lease) -> {
        store.putLease(lease);
        model.apply(command);
        assertThat(store.lease(lease.id())).contains(lease);
      }
      case Command.Revoke(var lease) -> revoke(lease);
    }
  }

  private void revoke(long lease) {
    int attached = lease == 0 ? 0 : model.attached(lease).size();
    store.lease(lease).ifPresent(store::deleteLease);
    var txn = store.begin();
    assertThat(txn.deleteAttached(lease)).isEqualTo(attached);
    model.leases.remove(lease);
    if (lease != 0 && model.revoke(lease)) {
      model.revision++;
    }
    assertThat(txn.commit()).isEqualTo(model.revision);
    assertThat(store.lease(lease)).isEmpty();
  }

  private void applyTxn(List<Command.Op> ops) {
    var txn = store.begin();
    assertThat(txn.baseRevision()).isEqualTo(model.revision);
    assertThat(txn.compactRevision()).isEqualTo(model.compactRevision);
    int before = model.changes.size();
    for (var op : ops) {
      switch (op) {
        case Command.Op.Put(var key, var value, var lease) -> {
          assertThat(txn.put(key, value, lease)).isEqualTo(model.put(key, value, lease, before));
          assertThat(txn.get(key)).contains(model.state(Long.MAX_VALUE).get(key));
        }
        case Command.Op.Delete(var range) ->
            assertThat(txn.deleteRange(range)).isEqualTo(model.delete(range, before));
        case Command.Op.Read(var query) -> checkRange(query, txn.range(query), Long.MAX_VALUE);
      }
    }
    boolean changed = model.changes.size() > before;
    assertThat(txn.changed()).isEqualTo(changed);
    model.revision += changed ? 1 : 0;
    assertThat(txn.commit()).isEqualTo(model.revision);
  }

  /** A committed state against the model: only while nothing is uncommitted. */
  void checkReads(Random random, RandomCommands commands) {
    try (var view = store.openView()) {
      assertThat(view.revision()).isEqualTo(model.revision);
      assertThat(view.compactRevision()).isEqualTo(model.compactRevision);
      for (int i = 0; i < 6; i++) {
        var query = commands.query(model.revision);
        checkRange(query, view.range(query), model.revision);
      }
      for (long at = Math.max(model.compactRevision, 1); at <= model.revision; at++) {
        if (random.nextInt(10) == 0 || at == model.compactRevision) {
          var all = RangeQuery.all(new KeyRange.From(Bytes.EMPTY)).withRevision(at);
          checkRange(all, view.range(all), model.revision);
        }
      }
    }
    checkLeases();
    checkHash(model.compactRevision + random.nextInt(4));
    checkHash(0);
    checkTotals();
  }

  private void checkLeases() {
    var stored = new HashMap<Long, StoredLease>();
    store.forEachLease(lease -> stored.put(lease.id(), lease));
    assertThat(stored).isEqualTo(model.leases);
    try (var view = store.openView()) {
      for (long id = -1; id <= 1; id++) {
        assertThat(view.lease(id)).isEqualTo(Optional.ofNullable(model.leases.get(id)));
        assertThat(view.attachedKeys(id)).isEqualTo(id == 0 ? List.of() : model.attached(id));
      }
    }
  }

  /** The sums kept with every change against those over what is there. */
  private void checkTotals() {
    var totals = StoreState.Totals.ZERO;
    for (var change : model.newest(Long.MAX_VALUE).values()) {
      if (change instanceof Change.Put(var revision, var kv)) {
        byte[] wire = KeyValueCodec.encode(kv);
        var crc = new CRC32C();
        crc.update(wire);
        totals =
            totals.plus(
                new Head(
                    revision.main(),
                    (int) revision.sub(),
                    kv.createRevision(),
                    kv.version(),
                    kv.lease(),
                    wire.length,
                    (int) crc.getValue()));
      }
    }
    for (var lease : model.leases.values()) {
      totals = totals.plus(lease);
    }
    for (var kept : model.meta.entrySet()) {
      totals = totals.plusHash(ContentHash.of(kept.getKey(), kept.getValue()));
    }
    assertThat(store.stats().keys()).isEqualTo(totals.keys());
    assertThat(store.stats().keyBytes()).isEqualTo(totals.bytes());
    assertThat(store.contentHash()).isEqualTo(totals.contentHash());
    assertThat(Audits.differenceIn(store)).isEmpty();
  }

  private void checkHash(long revision) {
    if (revision < 0) {
      return;
    }
    long at = revision == 0 ? model.revision : revision;
    var outcome = store.hashAt(revision);
    if (at > model.revision) {
      assertThat(outcome).isEqualTo(new HashOutcome.Future(model.revision));
      return;
    }
    assertThat(outcome).isInstanceOf(HashOutcome.Hashed.class);
    var hashed = (HashOutcome.Hashed) outcome;
    // A finished compaction answers with the hash and the C of before.
    assertThat(hashed)
        .isEqualTo(
            new HashOutcome.Hashed(
                model.hash(at, hashed.compactRevision()),
                hashed.compactRevision(),
                at,
                model.revision));
    assertThat(hashed.compactRevision()).isLessThanOrEqualTo(model.compactRevision);
  }

  /** What is left after all removals, exactly (C5). */
  void checkCompacted() {
    while (store.compactor().step(2)) {}
    commit(); // shows what was removed, too
    try (var view = store.openView();
        var changes = view.changes(Math.max(0, view.compactRevision()), Long.MAX_VALUE);
        var everything = new ChangeLog(view.reader(), 0, Long.MAX_VALUE)) {
      var expected = model.retained();
      assertThat(read(everything)).isEqualTo(expected);
      assertThat(read(changes))
          .isEqualTo(
              expected.stream()
                  .filter(change -> change.revision().main() >= view.compactRevision())
                  .toList());
      assertThat(StoredVersions.count(view.reader())).isEqualTo(expected.size());
      assertThat(store.storedBytes())
          .isEqualTo(expected.stream().mapToLong(StoreRun::footprint).sum());
    }
    checkEveryRevision();
  }

  /** Every key at every revision that can be read. */
  void checkEveryRevision() {
    try (var view = store.openView()) {
      for (long at = Math.max(model.compactRevision, 1); at <= model.revision; at++) {
        var all = RangeQuery.all(new KeyRange.From(Bytes.EMPTY)).withRevision(at);
        checkRange(all, view.range(all), model.revision);
        checkPages(view, all);
      }
      var compacted = RangeQuery.all(new KeyRange.From(Bytes.EMPTY));
      for (long at = 1; at < model.compactRevision; at++) {
        assertThat(view.range(compacted.withRevision(at)))
            .isEqualTo(new RangeOutcome.Compacted(model.compactRevision));
      }
    }
  }

  /** The pages of a range, one after the other, are the range. */
  private void checkPages(ReadView view, RangeQuery all) {
    var paged = new ArrayList<KeyValue>();
    var from = Bytes.EMPTY;
    boolean more = true;
    while (more) {
      var query =
          new RangeQuery(
              new KeyRange.From(from),
              all.revision(),
              3,
              RangeQuery.SortOrder.NONE,
              SortTarget.KEY,
              Projection.FULL,
              RangeQuery.RevisionFilters.NONE);
      var page = (RangeOutcome.Found) view.page(query, 8);
      assertThat(page.kvs().size()).isBetween(page.more() ? 1 : 0, 3);
      paged.addAll(page.kvs());
      more = page.more();
      from = more ? ScanBounds.after(paged.getLast().key()) : from;
    }
    assertThat(paged).isEqualTo(((RangeOutcome.Found) view.range(all)).kvs());
  }

  private static long footprint(Change change) {
    return switch (change) {
      case Change.Put(_, var kv) ->
          Footprint.of(kv.key().length(), KeyValueCodec.encode(kv).length);
      case Change.Delete(_, var key) -> Footprint.ofTombstone(key.length());
    };
  }

  private static List<Change> read(ChangeLog changes) {
    var found = new ArrayList<Change>();
    for (var next = changes.next(); next.isPresent(); next = changes.next()) {
      found.add(next.get());
    }
    return found;
  }

  /**
   * @param visible the newest revision that the reader may see
   */
  private void checkRange(RangeQuery query, RangeOutcome outcome, long visible) {
    if (query.revision() > model.revision) {
      assertThat(outcome).isEqualTo(new RangeOutcome.Future(model.revision));
      return;
    }
    if (query.revision() > 0 && query.revision() < model.compactRevision) {
      assertThat(outcome).isEqualTo(new RangeOutcome.Compacted(model.compactRevision));
      return;
    }
    assertThat(outcome).isInstanceOf(RangeOutcome.Found.class);
    var found = (RangeOutcome.Found) outcome;
    var expected = model.range(query, query.revision() > 0 ? query.revision() : visible);
    assertThat(found.count()).as("count of %s", query).isEqualTo(expected.count());
    assertThat(found.more()).as("more of %s", query).isEqualTo(expected.more());
    assertThat(found.kvs()).as("size of %s", query).hasSize(expected.size());
    var allowed = new HashSet<KeyValue>();
    expected.sorted().forEach(kv -> allowed.add(projected(query, kv)));
    assertThat(allowed).as("keys of %s", query).containsAll(found.kvs());
    assertThat(new HashSet<>(found.kvs())).as("twice in %s", query).hasSize(expected.size());
    if (query.projection() == Projection.FULL) {
      var order = ModelStore.order(query);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(order.compare(found.kvs().get(i), expected.sorted().get(i)))
            .as("place %d of %s", i, query)
            .isZero();
      }
    }
  }

  private static KeyValue projected(RangeQuery query, KeyValue kv) {
    if (query.projection() == Projection.FULL) {
      return kv;
    }
    long lease = query.target() == SortTarget.VALUE ? kv.lease() : 0;
    return new KeyValue(
        kv.key(), kv.createRevision(), kv.modRevision(), kv.version(), Bytes.EMPTY, lease);
  }
}
