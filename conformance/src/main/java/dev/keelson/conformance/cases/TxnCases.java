package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
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
import java.util.List;

/** Section 11.5, second part: what a transaction does. */
public final class TxnCases {
  private TxnCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("109", "a nested compare sees the state before", TxnCases::nestedCompare),
        Case.of("110", "a range sees the txn's own writes", TxnCases::ownWrites),
        Case.of("111", "a range of the past does not", TxnCases::historyInside),
        Case.of("112", "the txn's own revision is the future", TxnCases::ownRevision),
        Case.of("113", "a compacted read aborts the txn", TxnCases::compactedInside)
            .tagged(Tag.WHOLE_STORE),
        Case.of("114", "the branch not taken is not checked", TxnCases::compactedElse)
            .tagged(Tag.WHOLE_STORE),
        Case.of("115", "negative revisions inside a txn", TxnCases::negativeInside)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("116", "an unknown lease aborts the txn", TxnCases::unknownLease),
        Case.of("117", "an unknown lease not taken is fine", TxnCases::unknownLeaseElse),
        Case.of("118", "ignoring what is absent aborts the txn", TxnCases::ignoreAbsent),
        Case.of("127", "a nested put, then a nested delete", TxnCases::putThenDelete),
        Case.of("129", "a delete of all from a key, then a put", TxnCases::deleteThenPut)
            .tagged(Tag.WHOLE_STORE),
        Case.of("130", "a put, then a delete of all from a key", TxnCases::putThenDeleteAll)
            .tagged(Tag.WHOLE_STORE),
        Case.of("137", "an empty nested txn succeeds", TxnCases::emptyNested),
        Case.of("285", "inner ranges count the txn's own state", TxnCases::innerCounts),
        Case.of("T10", "puts are checked before ranges", TxnCases::putsFirst),
        Case.of("T10-put", "in a txn the key is missed before the lease", TxnCases::keyBeforeLease),
        Case.of("T11", "prev_kv sees earlier ops of the txn", TxnCases::previousInside),
        Case.of("T23", "an ignore flag after the key's removal is refused", TxnCases::hazard)
            .tagged(Tag.WHOLE_STORE, Tag.CRASHES_3_4));
  }

  private static void nestedCompare(Store store, Keys keys) {
    store.txn(
        new Txn()
            .then(
                op(keys.put("n1", "1")),
                op(
                    new Txn()
                        .when(keys.version("n1", CompareResult.EQUAL, 0))
                        .then(op(keys.put("n2", "pre")))
                        .otherwise(op(keys.put("n2", "post"))))));
    Expect.equal("pre", store.valueOf(keys.at("n2")), "n2");
  }

  /** Case 92 is the same put outside a txn, where the lease is missed first. */
  private static void keyBeforeLease(Store store, Keys keys) {
    var put = keys.put("absent", "").setIgnoreValue(true).setLease(987_654_321);
    Expect.error(EtcdError.KEY_NOT_FOUND, () -> store.txn(new Txn().then(op(put))));
    Expect.error(EtcdError.LEASE_NOT_FOUND, () -> store.put(put));
  }

  private static void ownWrites(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse response = store.txn(new Txn().then(op(keys.put("a", "5")), op(keys.get("a"))));
    KeyValue kv = response.getResponses(1).getResponseRange().getKvs(0);
    Expect.equal("5", kv.getValue().toStringUtf8(), "value");
    Expect.equal(before + 1, kv.getModRevision(), "mod_revision");
    Expect.equal(2, kv.getVersion(), "version");
  }

  private static void historyInside(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse response =
        store.txn(new Txn().then(op(keys.put("a", "5")), op(keys.get("a").setRevision(before))));
    KeyValue kv = response.getResponses(1).getResponseRange().getKvs(0);
    Expect.equal("1", kv.getValue().toStringUtf8(), "value");
  }

  private static void ownRevision(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    Expect.error(
        EtcdError.FUTURE_REV,
        () ->
            store.txn(
                new Txn().then(op(keys.put("b", "1")), op(keys.get("a").setRevision(before + 1)))));
    Expect.isFalse(store.holds(keys.at("b")), "b was stored");
    Expect.equal(before, store.revision(), "revision afterwards");
  }

  private static void compactedInside(Store store, Keys keys) {
    long floor = compactedTo(store, keys);
    Expect.error(
        EtcdError.COMPACTED,
        () ->
            store.txn(
                new Txn().then(op(keys.put("z", "1")), op(keys.get("a").setRevision(floor - 1)))));
    Expect.isFalse(store.holds(keys.at("z")), "z was stored");
    Expect.error(
        EtcdError.COMPACTED,
        () -> store.txn(new Txn().then(op(keys.get("a").setRevision(floor - 1)))));
  }

  private static void compactedElse(Store store, Keys keys) {
    long floor = compactedTo(store, keys);
    TxnResponse response =
        store.txn(
            new Txn()
                .then(op(keys.put("z", "1")))
                .otherwise(op(keys.get("a").setRevision(floor - 1))));
    Expect.isTrue(response.getSucceeded(), "succeeded");
    Expect.isTrue(store.holds(keys.at("z")), "z is stored");
  }

  private static void negativeInside(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    TxnResponse response = store.txn(new Txn().then(op(keys.get("a").setRevision(-1))));
    Expect.equal(1, response.getResponses(0).getResponseRange().getCount(), "count at -1");
    Expect.error(
        EtcdError.COMPACTED, () -> store.txn(new Txn().then(op(keys.get("a").setRevision(-2)))));
    long now = store.put(keys.put("a", "2")).getHeader().getRevision();
    store.compact(now);
    Expect.error(
        EtcdError.COMPACTED, () -> store.txn(new Txn().then(op(keys.get("a").setRevision(-1)))));
  }

  private static void unknownLease(Store store, Keys keys) {
    long before = store.revision();
    Expect.error(
        EtcdError.LEASE_NOT_FOUND,
        () ->
            store.txn(
                new Txn().then(op(keys.put("q", "1")), op(keys.put("q2", "1").setLease(999)))));
    Expect.isFalse(store.holds(keys.at("q")), "q was stored");
    Expect.equal(before, store.revision(), "revision afterwards");
  }

  private static void unknownLeaseElse(Store store, Keys keys) {
    TxnResponse response =
        store.txn(
            new Txn()
                .then(op(keys.put("q", "1")))
                .otherwise(op(keys.put("q2", "1").setLease(999))));
    Expect.isTrue(response.getSucceeded(), "succeeded");
    Expect.equal("1", store.valueOf(keys.at("q")), "q");
  }

  private static void ignoreAbsent(Store store, Keys keys) {
    long before = store.revision();
    Expect.error(
        EtcdError.KEY_NOT_FOUND,
        () ->
            store.txn(
                new Txn()
                    .then(op(keys.put("b", "1")), op(keys.put("a", "").setIgnoreValue(true)))));
    Expect.isFalse(store.holds(keys.at("b")), "b was stored");
    // T10: the check reads the state before the txn, which has no a yet.
    Expect.error(
        EtcdError.KEY_NOT_FOUND,
        () ->
            store.txn(
                new Txn()
                    .then(
                        op(new Txn().then(op(keys.put("b", "1")))),
                        op(keys.put("a", "1").setIgnoreLease(true)))));
    Expect.equal(before, store.revision(), "revision afterwards");
  }

  private static void putThenDelete(Store store, Keys keys) {
    TxnResponse response =
        store.txn(
            new Txn()
                .then(
                    op(new Txn().then(op(keys.put("x", "1")))),
                    op(new Txn().then(op(keys.delete("x"))))));
    DeleteRangeResponse deleted =
        response.getResponses(1).getResponseTxn().getResponses(0).getResponseDeleteRange();
    Expect.equal(1, deleted.getDeleted(), "deleted");
    Expect.isFalse(store.holds(keys.at("x")), "x is there afterwards");
  }

  private static void deleteThenPut(Store store, Keys keys) {
    store.put(keys.put("k1", "old"));
    long before = store.put(keys.put("k1", "older")).getHeader().getRevision();
    TxnResponse response =
        store.txn(new Txn().then(op(allFrom(keys, "k")), op(keys.put("k1", "new"))));
    Expect.equal(before + 1, response.getHeader().getRevision(), "header revision");
    Expect.equal(1, response.getResponses(0).getResponseDeleteRange().getDeleted(), "deleted");
    KeyValue kv = store.range(keys.get("k1")).getKvs(0);
    Expect.equal("new", kv.getValue().toStringUtf8(), "value");
    Expect.equal(1, kv.getVersion(), "version");
    Expect.equal(before + 1, kv.getCreateRevision(), "create_revision");
    Expect.equal(before + 1, kv.getModRevision(), "mod_revision");
    Expect.equal(1, store.range(keys.get("k1").setRevision(before)).getCount(), "count before it");
  }

  private static void putThenDeleteAll(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse response =
        store.txn(new Txn().then(op(keys.put("b1", "1")), op(allFrom(keys, "a").setPrevKv(true))));
    DeleteRangeResponse deleted = response.getResponses(1).getResponseDeleteRange();
    Expect.equal(List.of("a", "b1"), keys.names(deleted.getPrevKvsList()), "prev_kvs");
    Expect.equal(before + 1, deleted.getPrevKvs(1).getModRevision(), "mod_revision of b1");
    Expect.equal(0, store.range(keys.everything()).getCount(), "keys left");
  }

  private static void emptyNested(Store store, Keys keys) {
    long before = store.revision();
    TxnResponse response = store.txn(new Txn().then(op(new Txn())));
    TxnResponse nested = response.getResponses(0).getResponseTxn();
    Expect.isTrue(nested.getSucceeded(), "the nested txn succeeded");
    Expect.equal(0, nested.getResponsesCount(), "responses in it");
    Expect.equal(before, response.getHeader().getRevision(), "header revision");
    Expect.equal(before, store.revision(), "revision afterwards");
  }

  private static void innerCounts(Store store, Keys keys) {
    store.putAll(keys, "a1", "a2");
    var limited = keys.span("a", "b").setLimit(1);
    TxnResponse response =
        store.txn(
            new Txn()
                .then(
                    op(limited),
                    op(keys.put("a0", "1")),
                    op(limited),
                    op(keys.delete("a1")),
                    op(keys.span("a", "b"))));
    RangeResponse before = response.getResponses(0).getResponseRange();
    Expect.equal(List.of("a1"), keys.names(before.getKvsList()), "keys before the put");
    Expect.equal(2, before.getCount(), "count before the put");
    Expect.isTrue(before.getMore(), "more before the put");
    RangeResponse between = response.getResponses(2).getResponseRange();
    Expect.equal(List.of("a0"), keys.names(between.getKvsList()), "keys after the put");
    Expect.equal(3, between.getCount(), "count after the put");
    RangeResponse after = response.getResponses(4).getResponseRange();
    Expect.equal(List.of("a0", "a2"), keys.names(after.getKvsList()), "keys after the delete");
    Expect.isFalse(after.getMore(), "more after the delete");
  }

  private static void putsFirst(Store store, Keys keys) {
    long future = store.revision() + 100;
    Expect.error(
        EtcdError.LEASE_NOT_FOUND,
        () ->
            store.txn(
                new Txn()
                    .then(
                        op(keys.get("a").setRevision(future)),
                        op(keys.put("b", "1").setLease(999)))));
  }

  private static void previousInside(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse response =
        store.txn(
            new Txn()
                .then(
                    op(new Txn().then(op(keys.put("a", "2").setPrevKv(true)))),
                    op(new Txn().then(op(keys.delete("a").setPrevKv(true))))));
    KeyValue overwritten =
        response.getResponses(0).getResponseTxn().getResponses(0).getResponsePut().getPrevKv();
    Expect.equal("1", overwritten.getValue().toStringUtf8(), "value the put replaced");
    KeyValue removed =
        response
            .getResponses(1)
            .getResponseTxn()
            .getResponses(0)
            .getResponseDeleteRange()
            .getPrevKvs(0);
    Expect.equal("2", removed.getValue().toStringUtf8(), "value the delete removed");
    Expect.equal(before + 1, removed.getModRevision(), "its mod_revision");
  }

  private static void hazard(Store store, Keys keys) {
    long before = store.put(keys.put("k1", "1")).getHeader().getRevision();
    Expect.error(
        EtcdError.KEY_NOT_FOUND,
        () ->
            store.txn(
                new Txn()
                    .then(
                        op(keys.put("a", "1")),
                        op(allFrom(keys, "k")),
                        op(keys.put("k1", "").setIgnoreValue(true)))));
    Expect.error(
        EtcdError.KEY_NOT_FOUND,
        () ->
            store.txn(
                new Txn()
                    .then(op(allFrom(keys, "k")), op(keys.put("k1", "2").setIgnoreLease(true)))));
    Expect.equal(before, store.revision(), "revision afterwards");
    Expect.isFalse(store.holds(keys.at("a")), "a was stored");
    Expect.equal("1", store.valueOf(keys.at("k1")), "k1");
  }

  private static DeleteRangeRequest.Builder allFrom(Keys keys, String name) {
    return keys.delete(name).setRangeEnd(Keys.NO_END);
  }

  /** Puts a key twice and compacts to the revision of the second put. */
  private static long compactedTo(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long floor = store.put(keys.put("a", "2")).getHeader().getRevision();
    store.put(keys.put("a", "3"));
    store.compact(floor);
    return floor;
  }
}
