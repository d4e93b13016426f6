package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What a Kubernetes API server sends, call by call: transactions, lists, the compaction mark. */
public final class KubernetesCases {
  private static final String MARK = "compact_rev_key";

  private KubernetesCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("K8S-create", "create if absent, with a lease", KubernetesCases::create),
        Case.of("K8S-update", "update if unchanged, else read", KubernetesCases::update),
        Case.of("K8S-delete", "delete if unchanged, else read", KubernetesCases::delete),
        Case.of("K8S-race", "writers of one object", KubernetesCases::race),
        Case.of("K8S-list", "a list in pages at one revision", KubernetesCases::pages),
        Case.of("K8S-count", "a count of a prefix", KubernetesCases::count),
        Case.of("K8S-revision", "a read of what is not there", KubernetesCases::newestRevision),
        Case.of("K8S-compact", "the compaction mark", KubernetesCases::compactionMark)
            .tagged(Tag.WHOLE_STORE),
        Case.of("K8S-version", "the version that switches features on", KubernetesCases::version)
            .tagged(Tag.NOT_ON_3_4));
  }

  private static void create(Store store, Keys keys) {
    long lease = store.grantLease(0, 3660).getID();
    Txn create =
        new Txn()
            .when(keys.modified("a", CompareResult.EQUAL, 0))
            .then(op(keys.put("a", "1").setLease(lease)));
    TxnResponse created = store.txn(create);
    Expect.isTrue(created.getSucceeded(), "succeeded");
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal(kv.getModRevision(), created.getHeader().getRevision(), "header revision");
    Expect.equal(lease, kv.getLease(), "lease");
    TxnResponse refused = store.txn(create);
    Expect.isFalse(refused.getSucceeded(), "succeeded again");
    Expect.equal(0, refused.getResponsesCount(), "responses of a refused creation");
    store.revoke(lease);
    Txn unknownLease =
        new Txn()
            .when(keys.modified("b", CompareResult.EQUAL, 0))
            .then(op(keys.put("b", "1").setLease(lease)));
    Expect.error(EtcdError.LEASE_NOT_FOUND, () -> store.txn(unknownLease));
  }

  private static void update(Store store, Keys keys) {
    // An update may create: then the revision it expects is 0.
    TxnResponse created = store.txn(updateIf(keys, 0, "1"));
    Expect.isTrue(created.getSucceeded(), "an update creates");
    long first = created.getHeader().getRevision();
    TxnResponse updated = store.txn(updateIf(keys, first, "2"));
    Expect.isTrue(updated.getSucceeded(), "an update of what is there");
    KeyValue kv = store.range(keys.get("a").setLimit(1)).getKvs(0);
    Expect.equal(kv.getModRevision(), updated.getHeader().getRevision(), "header revision");
    TxnResponse late = store.txn(updateIf(keys, first, "3"));
    Expect.isFalse(late.getSucceeded(), "an update of what has changed");
    Expect.equal(
        List.of(kv), late.getResponses(0).getResponseRange().getKvsList(), "what is read instead");
    store.delete(keys.delete("a"));
    TxnResponse gone = store.txn(updateIf(keys, kv.getModRevision(), "4"));
    Expect.isFalse(gone.getSucceeded(), "an update of what is gone");
    Expect.equal(
        0, gone.getResponses(0).getResponseRange().getKvsCount(), "keys that are read instead");
  }

  private static void delete(Store store, Keys keys) {
    long put = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse wrong = store.txn(deleteIf(keys, put - 1));
    Expect.isFalse(wrong.getSucceeded(), "a delete of what has changed");
    Expect.equal(
        put, wrong.getResponses(0).getResponseRange().getKvs(0).getModRevision(), "mod_revision");
    TxnResponse deleted = store.txn(deleteIf(keys, put));
    Expect.isTrue(deleted.getSucceeded(), "a delete of what is there");
    Expect.equal(put + 1, deleted.getHeader().getRevision(), "header revision of a delete");
    Expect.equal(1, deleted.getResponses(0).getResponseDeleteRange().getDeleted(), "deleted");
    TxnResponse again = store.txn(deleteIf(keys, put));
    Expect.isFalse(again.getSucceeded(), "a delete of what is gone");
    Expect.equal(
        0, again.getResponses(0).getResponseRange().getKvsCount(), "keys that are read instead");
  }

  /** Eight writers count up one object, each from what the other branch shows it. */
  private static void race(Store store, Keys keys) {
    int writers = 8;
    int each = 25;
    store.put(keys.put("a", "0"));
    var lost = new AtomicInteger();
    var failures = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int writer = 0; writer < writers; writer++) {
        threads.execute(
            () -> {
              try {
                for (int i = 0; i < each; i++) {
                  lost.addAndGet(countUp(store, keys));
                }
              } catch (RuntimeException e) {
                failures.incrementAndGet();
                throw e;
              }
            });
      }
    }
    Expect.equal(0, failures.get(), "writers that failed");
    Expect.equal(Integer.toString(writers * each), store.valueOf(keys.at("a")), "the count");
    Expect.equal(
        1L + (long) writers * each, store.range(keys.get("a")).getKvs(0).getVersion(), "version");
    Expect.isTrue(lost.get() > 0, "nobody lost a race");
  }

  private static int countUp(Store store, Keys keys) {
    KeyValue current = store.range(keys.get("a").setLimit(1)).getKvs(0);
    int lost = 0;
    while (true) {
      String next = Integer.toString(Integer.parseInt(current.getValue().toStringUtf8()) + 1);
      TxnResponse response = store.txn(updateIf(keys, current.getModRevision(), next));
      if (response.getSucceeded()) {
        long written = response.getHeader().getRevision();
        KeyValue kv = store.range(keys.get("a").setRevision(written)).getKvs(0);
        Expect.equal(written, kv.getModRevision(), "mod_revision of what was written");
        Expect.equal(next, kv.getValue().toStringUtf8(), "value that was written");
        return lost;
      }
      lost++;
      current = response.getResponses(0).getResponseRange().getKvs(0);
    }
  }

  private static void pages(Store store, Keys keys) {
    store.putAtOnce(
        IntStream.range(0, 100).mapToObj(i -> keys.put("k%03d".formatted(i), "v")).toList());
    RangeResponse page = store.range(keys.everything().setLimit(7));
    long revision = page.getHeader().getRevision();
    RangeResponse whole = store.range(keys.everything().setRevision(revision));
    var found = new ArrayList<>(page.getKvsList());
    Expect.equal(100, page.getCount(), "count of the first page");
    for (int round = 0; page.getMore(); round++) {
      // The list goes on in the past, whatever happens to it meanwhile.
      store.delete(keys.delete("k%03d".formatted(round * 9)));
      store.put(keys.put("k%03d-new".formatted(round * 5), "new"));
      ByteString from = page.getKvs(page.getKvsCount() - 1).getKey().concat(Keys.NO_END);
      RangeRequest.Builder next =
          keys.everything().setKey(from).setRevision(revision).setLimit(7 + round);
      page = store.range(next);
      Expect.equal(100 - found.size(), page.getCount(), "count from the page's own start");
      Expect.isTrue(page.getKvsCount() > 0, "no page is empty");
      found.addAll(page.getKvsList());
      Expect.equal(found.size() < 100, page.getMore(), "more, after " + found.size());
    }
    Expect.equal(whole.getKvsList(), found, "all pages together");
  }

  private static void count(Store store, Keys keys) {
    store.putAll(keys, "pods/a", "pods/b", "pods/c", "nodes/a");
    RangeResponse pods = store.range(keys.span("pods/", "pods0").setCountOnly(true));
    Expect.equal(3, pods.getCount(), "count");
    Expect.equal(0, pods.getKvsCount(), "keys");
    RangeResponse names = store.range(keys.span("pods/", "pods0").setKeysOnly(true));
    Expect.isTrue(names.getKvsList().stream().allMatch(kv -> kv.getValue().isEmpty()), "no values");
    Expect.equal(3, names.getKvsCount(), "keys of a list without values");
  }

  /** One read a list, for its header alone; the health probe is the same call. */
  private static void newestRevision(Store store, Keys keys) {
    long newest = store.revision();
    for (int round = 0; round < 50; round++) {
      long put = store.put(keys.put("pods/a", "v" + round)).getHeader().getRevision();
      RangeResponse probe = store.range(keys.get("pods").setLimit(1));
      newest++;
      Expect.equal(newest, put, "revision of the put");
      Expect.equal(newest, probe.getHeader().getRevision(), "newest revision");
      Expect.equal(0, probe.getCount(), "count");
    }
  }

  private static void compactionMark(Store store, Keys keys) {
    TxnResponse first = store.txn(mark(keys, 0, 1));
    Expect.isTrue(first.getSucceeded(), "the first server wins");
    long earlier = first.getHeader().getRevision();
    TxnResponse other = store.txn(mark(keys, 0, 1));
    Expect.isFalse(other.getSucceeded(), "the second server loses");
    KeyValue seen = other.getResponses(0).getResponseRange().getKvs(0);
    Expect.equal(1, seen.getVersion(), "version the loser learns");
    Expect.equal("1", seen.getValue().toStringUtf8(), "value the loser learns");
    store.putAll(keys, "a", "b");
    TxnResponse second = store.txn(mark(keys, seen.getVersion(), earlier));
    Expect.isTrue(second.getSucceeded(), "the loser wins the next round");
    store.compact(earlier);
    KeyValue marked = store.range(keys.get(MARK)).getKvs(0);
    Expect.equal(2, marked.getVersion(), "version of the mark");
    Expect.equal(Long.toString(earlier), marked.getValue().toStringUtf8(), "value of the mark");
    Expect.error(EtcdError.COMPACTED, () -> store.compact(earlier));
    Expect.error(
        EtcdError.COMPACTED, () -> store.range(keys.everything().setRevision(earlier - 1)));
  }

  /** Progress requests are used from 3.4.31, 3.5.13 and 3.6 on. */
  private static void version(Store store, Keys keys) {
    List<Integer> parts =
        List.of(store.status().getVersion().split("[.-]", -1)).stream()
            .limit(3)
            .map(Integer::parseInt)
            .toList();
    Expect.equal(Integer.valueOf(3), parts.get(0), "major version");
    int minor = parts.get(1);
    int patch = parts.get(2);
    Expect.isTrue(
        minor > 5 || (minor == 5 && patch >= 13) || (minor == 4 && patch >= 31),
        "progress requests are used with " + store.status().getVersion());
    Expect.isTrue(store.status().getDbSize() > 0, "the size of the store is told");
  }

  private static Txn updateIf(Keys keys, long revision, String value) {
    return new Txn()
        .when(keys.modified("a", CompareResult.EQUAL, revision))
        .then(op(keys.put("a", value)))
        .otherwise(op(keys.get("a")));
  }

  private static Txn deleteIf(Keys keys, long revision) {
    return new Txn()
        .when(keys.modified("a", CompareResult.EQUAL, revision))
        .then(op(keys.delete("a")))
        .otherwise(op(keys.get("a")));
  }

  private static Txn mark(Keys keys, long version, long revision) {
    return new Txn()
        .when(keys.version(MARK, CompareResult.EQUAL, version))
        .then(op(keys.put(MARK, Long.toString(revision))))
        .otherwise(op(keys.get(MARK)));
  }
}
