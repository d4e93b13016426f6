package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;

/** Section 11.6: compaction, and the hash over the store. */
public final class CompactionCases {
  private CompactionCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("143", "compacting again is refused", CompactionCases::again)
            .tagged(Tag.WHOLE_STORE),
        Case.of("144", "compacting the future is refused", CompactionCases::future)
            .tagged(Tag.WHOLE_STORE),
        Case.of("145", "compacting to now keeps what is", CompactionCases::toNow)
            .tagged(Tag.WHOLE_STORE),
        Case.of("146", "compacting to 0 and below", CompactionCases::toZero)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("147", "a compaction's header has the revision", CompactionCases::header)
            .tagged(Tag.WHOLE_STORE),
        Case.of("148", "the version at the floor stays", CompactionCases::floorStays)
            .tagged(Tag.WHOLE_STORE),
        Case.of("149", "a key deleted at the floor is absent", CompactionCases::deletedAtFloor)
            .tagged(Tag.WHOLE_STORE),
        Case.of("152", "compacting physically twice is refused", CompactionCases::physicalTwice)
            .tagged(Tag.WHOLE_STORE),
        Case.onStage("153", "the floor survives a restart", CompactionCases::restart)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("154", "a period of history stays", CompactionCases::periodic)
            .withFlags("--auto-compaction-mode=periodic", "--auto-compaction-retention=5s")
            .tagged(Tag.SLOW),
        Case.of("156", "HashKV tells the floor and keeps to it", CompactionCases::hashBounds)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("156-floor", "HashKV at the floor is answered", CompactionCases::hashAtFloor)
            .tagged(Tag.WHOLE_STORE, Tag.NOT_ON_3_4),
        Case.of("158", "the hash of a known history", CompactionCases::knownHash)
            .tagged(Tag.FRESH_MEMBER));
  }

  /** Until the first put's revision is gone; what is younger than the period is there then. */
  private static void periodic(Store store, Keys keys) {
    long started = System.nanoTime();
    var written = new ArrayDeque<Written>();
    long first = store.put(keys.put("a", "1")).getHeader().getRevision();
    while (canRead(store, keys, first)) {
      Duration passed = Duration.ofNanos(System.nanoTime() - started);
      Expect.isTrue(passed.compareTo(Duration.ofSeconds(60)) < 0, "nothing compacted in " + passed);
      long before = System.nanoTime();
      written.add(new Written(store.put(keys.put("a", "1")).getHeader().getRevision(), before));
      Calls.pause(Duration.ofMillis(100));
    }
    Duration passed = Duration.ofNanos(System.nanoTime() - started);
    // The member has run for longer than this case: a second of that, and a sample's half.
    Expect.isTrue(passed.compareTo(Duration.ofSeconds(2)) > 0, "compacted after " + passed);
    for (Written one : written) {
      boolean there = canRead(store, keys, one.revision());
      // As old as it was when it was read, while compactions went on.
      Duration age = Duration.ofNanos(System.nanoTime() - one.nanos());
      Expect.isTrue(there || age.compareTo(Duration.ofSeconds(4)) >= 0, "gone after " + age);
    }
    Expect.isTrue(canRead(store, keys, written.getLast().revision()), "the newest is there");
  }

  /** What was written, and when its call began. */
  private record Written(long revision, long nanos) {}

  private static boolean canRead(Store store, Keys keys, long revision) {
    try {
      return store.range(keys.get("a").setRevision(revision)).getCount() == 1;
    } catch (StatusRuntimeException e) {
      Expect.error(
          EtcdError.COMPACTED,
          () -> {
            throw e;
          });
      return false;
    }
  }

  private static void again(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "a", "b", "a", "b");
    long floor = store.revision() - 3;
    store.compact(floor);
    Expect.error(EtcdError.COMPACTED, () -> store.compact(floor));
    Expect.error(EtcdError.COMPACTED, () -> store.compact(floor - 2));
    store.compact(floor + 1);
  }

  private static void future(Store store, Keys keys) {
    long now = store.put(keys.put("a", "1")).getHeader().getRevision();
    Expect.error(EtcdError.FUTURE_REV, () -> store.compact(now + 1));
    Expect.equal(1, store.range(keys.get("a").setRevision(now)).getCount(), "count at now");
  }

  private static void toNow(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long now = store.put(keys.put("b", "1")).getHeader().getRevision();
    store.compact(now);
    Expect.equal(2, store.range(keys.everything()).getCount(), "count, latest");
    Expect.equal(2, store.range(keys.everything().setRevision(now)).getCount(), "count at now");
  }

  private static void toZero(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    Expect.error(EtcdError.COMPACTED, () -> store.compact(-1));
    store.compact(0);
    Expect.error(EtcdError.COMPACTED, () -> store.compact(0));
    Expect.error(EtcdError.COMPACTED, () -> store.compact(-1));
    Expect.equal(1, store.range(keys.get("a")).getCount(), "count afterwards");
  }

  private static void header(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long now = store.put(keys.put("a", "2")).getHeader().getRevision();
    Expect.equal(now, store.compact(now - 1).getHeader().getRevision(), "header revision");
    Expect.equal(now, store.revision(), "revision afterwards");
    Expect.error(EtcdError.COMPACTED, () -> store.compact(now - 1));
  }

  private static void floorStays(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long second = store.put(keys.put("a", "2")).getHeader().getRevision();
    long third = store.put(keys.put("a", "3")).getHeader().getRevision();
    store.compactPhysically(third);
    var kv = store.range(keys.get("a").setRevision(third)).getKvs(0);
    Expect.equal("3", kv.getValue().toStringUtf8(), "value");
    Expect.equal(3, kv.getVersion(), "version");
    Expect.error(EtcdError.COMPACTED, () -> store.range(keys.get("a").setRevision(second)));
  }

  private static void deletedAtFloor(Store store, Keys keys) {
    store.putAll(keys, "a", "b");
    long gone = store.delete(keys.delete("a")).getHeader().getRevision();
    store.put(keys.put("b", "2"));
    store.compactPhysically(gone);
    Expect.equal(0, store.range(keys.get("a").setRevision(gone)).getCount(), "count of a");
    Expect.equal(
        "b",
        store.range(keys.get("b").setRevision(gone)).getKvs(0).getValue().toStringUtf8(),
        "b at the floor");
  }

  private static void physicalTwice(Store store, Keys keys) {
    store.putAll(keys, "a", "a", "a");
    long now = store.revision();
    store.compactPhysically(now);
    Expect.error(EtcdError.COMPACTED, () -> store.compactPhysically(now));
  }

  private static void restart(Stage stage) {
    Keys keys = stage.keys();
    stage.store().putAll(keys, "a", "a", "a");
    long floor = stage.store().revision();
    stage.store().put(keys.put("a", "last"));
    stage.store().compact(floor);
    Store restarted = stage.restart();
    Expect.error(EtcdError.COMPACTED, () -> restarted.range(keys.get("a").setRevision(floor - 1)));
    Expect.error(EtcdError.COMPACTED, () -> restarted.compact(floor));
    Expect.equal(
        "a",
        restarted.range(keys.get("a").setRevision(floor)).getKvs(0).getValue().toStringUtf8(),
        "value at the floor");
  }

  private static void hashBounds(Store store, Keys keys) {
    Expect.equal(-1, store.hashKv(0).getCompactRevision(), "compact_revision when fresh");
    store.putAll(keys, "a", "b", "c", "a");
    long now = store.revision();
    HashKVResponse whole = store.hashKv(0);
    Expect.equal(now, whole.getHeader().getRevision(), "header revision");
    Expect.equal(whole.getHash(), store.hashKv(now).getHash(), "hash at the current revision");
    Expect.error(EtcdError.FUTURE_REV, () -> store.hashKv(now + 1));
    store.compactPhysically(now - 1);
    Expect.equal(now - 1, store.hashKv(0).getCompactRevision(), "compact_revision");
    Expect.error(EtcdError.COMPACTED, () -> store.hashKv(now - 2));
  }

  private static void hashAtFloor(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "a");
    long now = store.revision();
    store.compactPhysically(now);
    HashKVResponse atFloor = store.hashKv(now);
    Expect.equal(now, atFloor.getHashRevision(), "hash_revision");
    Expect.isTrue(atFloor.getHash() != 0, "there is a hash");
  }

  private static void knownHash(Store store, Keys keys) {
    Expect.equal(1084519789, store.hashKv(0).getHash(), "hash of the empty store");
    store.put(keys.put("a", "1"));
    store.delete(keys.delete("a"));
    store.txn(new Txn().then(op(keys.put("x", "1")), op(keys.put("y", "2"))));
    Expect.equal(1907476390, store.hashKv(0).getHash(), "hash of the history");
  }
}
