package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.Family;
import dev.keelson.storage.mvcc.engine.KvEngine;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One number for the whole state, by which members find out that they differ. */
@Tag("DV-hash")
final class StateHashTest {
  private static final List<Consumer<MvccStore>> LOG =
      List.of(
          store -> put(store, "a", "1"),
          store -> put(store, "b", "1"),
          store -> store.putLease(new StoredLease(7, 60, 0, 3)),
          store -> put(store, "a", "2"),
          store -> delete(store, "b"),
          store -> store.putMeta(bytes("alarms"), bytes("none")),
          store -> store.scheduleCompaction(3),
          store -> store.putMeta(bytes("alarms"), bytes("one")),
          store -> store.deleteLease(new StoredLease(7, 60, 0, 3)));

  private final KvEngine engine = TestEngines.memory(new SimulatedDisk(1));
  private final MvccStore store = MvccStore.open(engine, MvccConfig.defaults());

  @Test
  void theSameLogHashesTheSameHoweverItIsBatchedAndRestarted() {
    var expected = hashAfter(LOG);

    for (int batch = 1; batch < LOG.size(); batch++) {
      var other = TestEngines.memory(new SimulatedDisk(2));
      var restarted = MvccStore.open(other, MvccConfig.defaults());
      for (int i = 0; i < LOG.size(); i++) {
        LOG.get(i).accept(restarted);
        if (i % batch == 0) {
          restarted.commitBatch(new LogPosition(1, i + 1));
          restarted = MvccStore.open(other, MvccConfig.defaults());
        }
      }
      assertThat(hash(restarted, LOG.size())).as("batches of %d", batch).isEqualTo(expected);
    }
  }

  @Test
  void everyKindOfChangeIsSeen() {
    for (int left = 0; left < LOG.size(); left++) {
      var others = LOG.subList(0, left);

      assertThat(hashAfter(LOG.subList(0, left + 1)))
          .as("with and without change %d", left)
          .isNotEqualTo(hashAfter(others));
    }
  }

  @Test
  void historiesThatLeadToTheSameKeysDiffer() {
    put(store, "key", "one");
    put(store, "key", "last");
    var other = fresh();
    put(other, "key", "two");
    put(other, "key", "last");

    assertThat(other.contentHash()).isEqualTo(store.contentHash());
    assertThat(hash(other, 2)).isNotEqualTo(hash(store, 2));
  }

  @Test
  void aNewWindowDoesNotRememberTheOneBefore() {
    put(store, "key", "one");
    put(store, "key", "last");
    var other = fresh();
    put(other, "key", "two");
    put(other, "key", "last");
    hash(store, 2);
    hash(other, 2);

    assertThat(hash(other, 3)).isEqualTo(hash(store, 3));
    assertThat(hash(store, 4).sinceIndex()).isEqualTo(3);
  }

  @Test
  void aStoreOfTheFormatBeforeOpensAndJoinsInAtItsSecondWindow() {
    put(store, "key", "value");
    store.putMeta(bytes("members"), bytes("three"));
    store.commitBatch(new LogPosition(1, 2));
    var expected = store.contentHash();
    writeAsFormatBefore(expected - ContentHash.of(bytes("members"), bytes("three")));

    var reopened = MvccStore.open(engine, MvccConfig.defaults());

    assertThat(reopened.contentHash()).isEqualTo(expected);
    assertThat(Audits.differenceIn(reopened)).as("nothing to compare with yet").isEmpty();
    assertThat(reopened.takeStateHash(new LogPosition(1, 2))).isEmpty();
    hash(store, 2);
    put(reopened, "other", "value");
    put(store, "other", "value");
    assertThat(hash(reopened, 3)).isEqualTo(hash(store, 3));
  }

  /** As the release before wrote it: no window, and a hash of keys and leases alone. */
  private void writeAsFormatBefore(long contentHash) {
    byte[] state = engine.get(Family.META, MetaKeys.STATE.toArray()).orElseThrow();
    byte[] before = Arrays.copyOf(state, 1 + 8 * Long.BYTES);
    before[0] = 2;
    for (int i = 0; i < Long.BYTES; i++) {
      before[1 + 7 * Long.BYTES + i] = (byte) (contentHash >>> (56 - 8 * i));
    }
    write(Family.META, MetaKeys.STATE.toArray(), before);
  }

  @Test
  void readingEverythingFindsWhatWasChangedBehindTheStoresBack() {
    put(store, "a", "1");
    put(store, "b", "1");
    store.commitBatch(new LogPosition(1, 2));
    assertThat(Audits.differenceIn(store)).isEmpty();

    byte[] headOfB = engine.get(Family.LATEST, bytes("b").toArray()).orElseThrow();
    write(Family.LATEST, bytes("a").toArray(), headOfB);
    put(store, "c", "1");
    store.commitBatch(new LogPosition(1, 3)); // a new view

    assertThat(Audits.differenceIn(store)).isPresent();
  }

  private void write(Family family, byte[] key, byte[] value) {
    var batch = new EngineBatch();
    batch.put(family, key, value);
    engine.write(batch);
  }

  private static MvccStore fresh() {
    return MvccStore.open(TestEngines.memory(new SimulatedDisk(1)), MvccConfig.defaults());
  }

  private static StateHash hashAfter(List<Consumer<MvccStore>> log) {
    var fresh = fresh();
    log.forEach(entry -> entry.accept(fresh));
    return hash(fresh, LOG.size());
  }

  private static StateHash hash(MvccStore store, long index) {
    return store.takeStateHash(new LogPosition(1, index)).orElseThrow();
  }

  private static void put(MvccStore store, String key, String value) {
    var txn = store.begin();
    txn.put(bytes(key), bytes(value), 0);
    txn.commit();
  }

  private static void delete(MvccStore store, String key) {
    var txn = store.begin();
    txn.deleteRange(new KeyRange.Single(bytes(key)));
    txn.commit();
  }

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
