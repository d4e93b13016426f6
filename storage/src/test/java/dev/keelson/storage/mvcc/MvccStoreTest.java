package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.engine.MemoryEngine;
import dev.keelson.storage.mvcc.engine.WatchedEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MvccStoreTest {
  private static final KeyRange ALL = new KeyRange.From(Bytes.EMPTY);

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private MvccStore store = MvccStore.open(TestEngines.memory(disk), MvccConfig.defaults());
  private long index;

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private long put(String key, String value) {
    var txn = store.begin();
    txn.put(bytes(key), bytes(value), 0);
    long revision = txn.commit();
    commit();
    return revision;
  }

  private long delete(String key) {
    var txn = store.begin();
    txn.deleteRange(new KeyRange.Single(bytes(key)));
    long revision = txn.commit();
    commit();
    return revision;
  }

  private CompactOutcome compact(long revision) {
    var outcome = store.scheduleCompaction(revision);
    commit();
    return outcome;
  }

  private void removeAll() {
    while (store.compactor().step(100)) {}
    commit();
  }

  private void commit() {
    store.commitBatch(new LogPosition(1, ++index));
  }

  private void restart() {
    store.flush();
    store.close();
    store = MvccStore.open(MemoryEngine.open(disk, TestEngines.SIMULATED), MvccConfig.defaults());
  }

  private RangeOutcome get(String key, long revision) {
    try (var view = store.openView()) {
      return view.range(RangeQuery.all(new KeyRange.Single(bytes(key))).withRevision(revision));
    }
  }

  private List<Change> changes(long from) {
    var found = new ArrayList<Change>();
    try (var view = store.openView();
        var log = view.changes(from, Long.MAX_VALUE)) {
      for (var next = log.next(); next.isPresent(); next = log.next()) {
        found.add(next.get());
      }
    }
    return found;
  }

  @Test
  @Tag("M1")
  void aFreshStoreHasRevisionOneAndWasNeverCompacted() {
    assertThat(store.revision()).isEqualTo(1);
    assertThat(store.compactRevision()).isEqualTo(-1);
    assertThat(store.applied()).isEqualTo(LogPosition.ZERO);
    assertThat(put("a", "1")).isEqualTo(2);
  }

  @Test
  @Tag("case-20")
  @Tag("M8")
  void theRevisionOfARemovedTombstoneIsNeverGivenAgain() {
    put("a", "1");
    long deleted = delete("a");
    compact(deleted);
    removeAll();
    restart();
    assertThat(store.revision()).isEqualTo(deleted);

    put("b", "1");
    compact(deleted + 1);
    removeAll();
    assertThat(changes(deleted + 1)).hasSize(1);
    delete("b");
    restart();
    assertThat(put("c", "1")).isEqualTo(deleted + 3);
  }

  @Test
  @Tag("C2")
  @Tag("case-143")
  @Tag("case-144")
  @Tag("case-146")
  void onlyARevisionAboveTheFloorAndNotAboveTheNewestIsCompacted() {
    assertThat(compact(-1)).isEqualTo(new CompactOutcome.Compacted(-1));
    assertThat(compact(0)).isEqualTo(new CompactOutcome.Scheduled(0));
    assertThat(compact(0)).isEqualTo(new CompactOutcome.Compacted(0));
    put("a", "1");
    put("a", "2");
    assertThat(compact(4)).isEqualTo(new CompactOutcome.Future(3));
    assertThat(compact(3)).isEqualTo(new CompactOutcome.Scheduled(3));
    assertThat(compact(2)).isEqualTo(new CompactOutcome.Compacted(3));
  }

  @Test
  @Tag("C3")
  @Tag("case-148")
  void readsBelowTheFloorAreRefusedBeforeAnythingIsRemoved() {
    put("a", "1");
    put("a", "2");
    put("a", "3");
    compact(4);

    assertThat(get("a", 3)).isEqualTo(new RangeOutcome.Compacted(4));
    assertThat(get("a", 4)).isInstanceOf(RangeOutcome.Found.class);
    assertThat(get("a", 5)).isEqualTo(new RangeOutcome.Future(4));
  }

  @Test
  @Tag("C5")
  @Tag("case-150")
  @Tag("case-151")
  void aTombstoneAtTheFloorStaysUntilTheNextCompaction() {
    put("a", "1");
    long deleted = delete("a");
    compact(deleted);
    removeAll();
    assertThat(changes(deleted))
        .containsExactly(new Change.Delete(new Revision(deleted, 0), bytes("a")));

    put("b", "1");
    compact(deleted + 1);
    removeAll();
    try (var view = store.openView()) {
      assertThat(StoredVersions.count(view.reader())).isEqualTo(1);
    }
  }

  @Test
  @Tag("C6")
  @Tag("case-153")
  void anInterruptedRemovalGoesOnAfterARestart() {
    for (int i = 0; i < 50; i++) {
      put("a", Integer.toString(i));
    }
    compact(40);
    assertThat(store.compactor().step(10)).isTrue();
    restart();

    assertThat(store.compactRevision()).isEqualTo(40);
    assertThat(store.compactor().finishedRevision()).isEqualTo(-1);
    assertThat(get("a", 39)).isEqualTo(new RangeOutcome.Compacted(40));
    removeAll();
    assertThat(store.compactor().finishedRevision()).isEqualTo(40);
    try (var view = store.openView()) {
      assertThat(StoredVersions.count(view.reader())).isEqualTo(51 - 39);
    }
  }

  @Test
  @Tag("C4")
  @Tag("case-152")
  void whoWaitsForRemovalIsToldOnceItIsDoneAndDurable() {
    put("a", "1");
    put("a", "2");
    compact(3);
    var told = new ArrayList<Long>();
    store.compactor().whenFinished(3, () -> told.add(store.flushedIndex()));
    assertThat(told).isEmpty();

    removeAll();

    assertThat(told).containsExactly(3L);
    store.compactor().whenFinished(3, () -> told.add(-1L));
    assertThat(told).containsExactly(3L, -1L);
  }

  @Test
  @Tag("C4")
  void whoWaitsForRemovalGoesOnWaitingAtTheStoreThatTakesThePlace() {
    put("a", "1");
    put("a", "2");
    compact(3);
    var old = store;
    var told = new ArrayList<String>();
    old.compactor().whenFinished(3, () -> told.add("before"));
    // A snapshot's store: further on, its removals not done.
    store = MvccStore.open(TestEngines.memory(new SimulatedDisk(2)), MvccConfig.defaults());
    index = 0;
    put("a", "1");
    put("a", "2");
    compact(3);

    old.compactor().succeededBy(store.compactor());
    old.compactor().whenFinished(3, () -> told.add("after"));
    while (old.compactor().step(10)) {}
    assertThat(told).isEmpty();
    removeAll();

    assertThat(told).containsExactly("before", "after");
  }

  @Test
  void removalLowersTheStoredBytesAndARestartKeepsThem() {
    put("a", "x".repeat(1_000));
    long one = store.storedBytes();
    put("a", "x".repeat(1_000));
    delete("a");
    put("b", "x".repeat(1_000));
    assertThat(store.storedBytes()).isBetween(3 * one, 3 * one + 100);
    compact(5);
    assertThat(store.storedBytes()).isBetween(3 * one, 3 * one + 100);

    removeAll();

    assertThat(store.storedBytes()).isEqualTo(one);
    assertThat(store.stats().bytesInUse()).isEqualTo(one);
    assertThat(store.stats().bytesOnDisk()).isGreaterThanOrEqualTo(one);
    restart();
    assertThat(store.storedBytes()).isEqualTo(one);
  }

  @Test
  @Tag("C13")
  @Tag("case-156")
  void theHashOfAFinishedCompactionIsKeptWithTheFloorOfBefore() {
    put("a", "1");
    put("a", "2");
    put("b", "1");
    var before = (HashOutcome.Hashed) store.hashAt(3);
    assertThat(before.compactRevision()).isEqualTo(-1);
    compact(3);
    removeAll();

    assertThat(store.hashAt(3)).isEqualTo(before);
    assertThat(((HashOutcome.Hashed) store.hashAt(0)).compactRevision()).isEqualTo(3);
    assertThat(store.hashAt(2)).isEqualTo(new HashOutcome.Compacted(3, 4));
    assertThat(store.hashAt(5)).isEqualTo(new HashOutcome.Future(4));
    compact(4);
    removeAll();
    assertThat(((HashOutcome.Hashed) store.hashAt(4)).compactRevision()).isEqualTo(3);
    assertThat(((HashOutcome.Hashed) store.hashAt(0)).compactRevision()).isEqualTo(4);
    restart();
    assertThat(((HashOutcome.Hashed) store.hashAt(4)).compactRevision()).isEqualTo(4);
  }

  @Test
  @Tag("C13")
  void theHashDoesNotDependOnHowFarRemovalHasCome() {
    for (int i = 0; i < 30; i++) {
      put("key-" + i % 7, Integer.toString(i));
      if (i % 5 == 0) {
        delete("key-" + i % 3);
      }
    }
    compact(20);
    var scheduled = store.hashAt(0);
    while (store.compactor().step(1)) {
      assertThat(store.hashAt(0)).isEqualTo(scheduled);
    }
    removeAll();
    assertThat(store.hashAt(0)).isEqualTo(scheduled);
  }

  @Test
  void aLimitedRangeFetchesNoMoreValuesThanItReturns() {
    var watched = new WatchedEngine(TestEngines.memory(new SimulatedDisk(2)), new Random(1), -1);
    store = MvccStore.open(watched, new MvccConfig(100, 0, 0, 0));
    for (int i = 0; i < 500; i++) {
      put("key-" + i, "value");
    }
    long before = watched.valuesRead();
    try (var view = store.openView()) {
      var five = RangeQuery.all(ALL).withLimit(5);
      assertThat(view.range(five))
          .extracting(found -> ((RangeOutcome.Found) found).count())
          .isEqualTo(500L);
      view.range(RangeQuery.all(ALL).withProjection(Projection.COUNT_ONLY));
      view.range(RangeQuery.all(ALL).withProjection(Projection.KEYS_ONLY));
      view.range(
          new RangeQuery(
              ALL,
              0,
              5,
              RangeQuery.SortOrder.DESCEND,
              RangeQuery.SortTarget.MOD,
              Projection.FULL,
              RangeQuery.RevisionFilters.NONE));
    }
    assertThat(watched.valuesRead() - before).isEqualTo(10);
  }

  @Test
  void viewsHoldNothingOnceTheyAreClosed() {
    var engine = (MemoryEngine) TestEngines.memory(new SimulatedDisk(3));
    store = MvccStore.open(engine, MvccConfig.defaults());
    for (int i = 0; i < 10; i++) {
      var view = store.openView();
      put("a", Integer.toString(i));
      view.close();
      view.close();
    }
    assertThat(engine.openSnapshots()).isEqualTo(1);
    var last = store.openView();
    store.close();

    assertThat(last.range(RangeQuery.all(ALL))).isInstanceOf(RangeOutcome.Found.class);
    last.close();
    assertThat(engine.openSnapshots()).isZero();
    assertThatThrownBy(store::openView).isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> last.range(RangeQuery.all(ALL)))
        .isInstanceOf(InvariantViolation.class);
  }

  @Test
  void commandsOneInsideAnotherAndPositionsThatGoBackAreOurOwnFault() {
    put("a", "1");
    var open = store.begin();
    assertThatThrownBy(store::begin).isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> store.commitBatch(new LogPosition(1, 2)))
        .isInstanceOf(InvariantViolation.class);
    open.commit();
    assertThatThrownBy(() -> open.put(bytes("b"), bytes("1"), 0))
        .isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> store.commitBatch(LogPosition.ZERO))
        .isInstanceOf(InvariantViolation.class);
  }
}
