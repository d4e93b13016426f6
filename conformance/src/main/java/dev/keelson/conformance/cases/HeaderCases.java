package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.MemberListResponse;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import java.util.List;

/** Section 11.1: revisions, and what response headers say of them. */
public final class HeaderCases {
  private HeaderCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("1", "a fresh store is at revision 1", HeaderCases::freshStore)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("2", "the first put gets revision 2", HeaderCases::firstPut)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("3", "putting the same value is a change", HeaderCases::sameValue),
        Case.of("4", "a delete ends a key's life", HeaderCases::newLife),
        Case.of("5", "deleting nothing takes no revision", HeaderCases::deleteNothing),
        Case.of("6", "an empty txn succeeds without a revision", HeaderCases::emptyTxn),
        Case.of("7", "a failed compare without else changes nothing", HeaderCases::emptyElse),
        Case.of("8", "a put in the failure branch is stored", HeaderCases::putInElse),
        Case.of("9", "a txn's puts share one revision", HeaderCases::onePerTxn),
        Case.of("10", "inner headers follow the txn's changes", HeaderCases::innerHeaders),
        Case.of("11", "deleting nothing in a txn keeps the revision", HeaderCases::innerNothing),
        Case.of("12", "a delete after a put shows the new revision", HeaderCases::innerDelete),
        Case.of("13", "a nested response has revision 0", HeaderCases::nestedHeader),
        Case.of("14", "inner headers carry the revision alone", HeaderCases::innerIds),
        Case.of("15", "a read of the past shows today's revision", HeaderCases::readOfThePast),
        Case.of("16", "a member list has no revision", HeaderCases::memberList),
        Case.of("17-compact", "compaction takes no revision", HeaderCases::compactionKeepsRevision)
            .tagged(Tag.WHOLE_STORE),
        Case.of("17-lease", "lease calls take no revision", HeaderCases::leaseKeepsRevision),
        Case.of("17-alarm", "an alarm query takes no revision", HeaderCases::alarmKeepsRevision),
        Case.of("18", "a failed put takes no revision", HeaderCases::failedPut),
        Case.onStage("19", "revision and metadata survive a restart", HeaderCases::restart)
            .tagged(Tag.FRESH_MEMBER),
        Case.onStage("20", "a compacted tombstone's revision survives", HeaderCases::tombstone)
            .tagged(Tag.FRESH_MEMBER));
  }

  private static void freshStore(Store store, Keys keys) {
    RangeResponse found = store.range(keys.get("a"));
    Expect.equal(1, found.getHeader().getRevision(), "header revision");
    Expect.equal(0, found.getCount(), "count");
    Expect.isFalse(found.getMore(), "more");
    store.put(keys.put("a", "1"));
    Expect.isTrue(store.holds(keys.at("a")), "a is there once it is put");
  }

  private static void firstPut(Store store, Keys keys) {
    Expect.equal(2, store.put(keys.put("a", "1")).getHeader().getRevision(), "header revision");
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal(2, kv.getCreateRevision(), "create_revision");
    Expect.equal(2, kv.getModRevision(), "mod_revision");
    Expect.equal(1, kv.getVersion(), "version");
  }

  private static void sameValue(Store store, Keys keys) {
    long created = store.put(keys.put("a", "1")).getHeader().getRevision();
    long again = store.put(keys.put("a", "1")).getHeader().getRevision();
    Expect.equal(created + 1, again, "revision of the second put");
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal(2, kv.getVersion(), "version");
    Expect.equal(created, kv.getCreateRevision(), "create_revision");
    Expect.equal(again, kv.getModRevision(), "mod_revision");
  }

  private static void newLife(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    store.put(keys.put("a", "2"));
    store.put(keys.put("a", "3"));
    Expect.equal(1, store.delete(keys.delete("a")).getDeleted(), "deleted");
    long again = store.put(keys.put("a", "4")).getHeader().getRevision();
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal(1, kv.getVersion(), "version");
    Expect.equal(again, kv.getCreateRevision(), "create_revision");
    Expect.equal(again, kv.getModRevision(), "mod_revision");
  }

  private static void deleteNothing(Store store, Keys keys) {
    long before = store.revision();
    var deleted = store.delete(keys.delete("absent"));
    Expect.equal(0, deleted.getDeleted(), "deleted");
    Expect.equal(before, deleted.getHeader().getRevision(), "header revision");
    PutResponse next = store.put(keys.put("a", "1"));
    Expect.equal(before + 1, next.getHeader().getRevision(), "revision of the next put");
  }

  private static void emptyTxn(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse response = store.txn(new Txn());
    Expect.isTrue(response.getSucceeded(), "succeeded");
    Expect.equal(0, response.getResponsesCount(), "responses");
    Expect.equal(before, response.getHeader().getRevision(), "header revision");
    Expect.equal(before, store.revision(), "revision afterwards");
  }

  private static void emptyElse(Store store, Keys keys) {
    long before = store.revision();
    TxnResponse response =
        store.txn(
            new Txn()
                .when(keys.version("a", CompareResult.GREATER, 0))
                .then(op(keys.put("a", "1"))));
    Expect.isFalse(response.getSucceeded(), "succeeded");
    Expect.equal(0, response.getResponsesCount(), "responses");
    Expect.equal(before, response.getHeader().getRevision(), "header revision");
    Expect.isFalse(store.holds(keys.at("a")), "a was stored");
    PutResponse next = store.put(keys.put("a", "1"));
    Expect.equal(before + 1, next.getHeader().getRevision(), "revision of the next put");
  }

  private static void putInElse(Store store, Keys keys) {
    long before = store.revision();
    TxnResponse response =
        store.txn(
            new Txn()
                .when(keys.version("a", CompareResult.GREATER, 0))
                .otherwise(op(keys.put("a", "1"))));
    Expect.isFalse(response.getSucceeded(), "succeeded");
    Expect.equal(before + 1, response.getHeader().getRevision(), "header revision");
    Expect.equal("1", store.valueOf(keys.at("a")), "value");
  }

  private static void onePerTxn(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse response =
        store.txn(
            new Txn().then(op(keys.put("b", "1")), op(keys.put("c", "1")), op(keys.put("d", "1"))));
    Expect.equal(before + 1, response.getHeader().getRevision(), "outer header revision");
    for (KeyValue kv : store.range(keys.span("b", "e")).getKvsList()) {
      Expect.equal(before + 1, kv.getModRevision(), "mod_revision of " + keys.name(kv));
    }
    Expect.equal(3, store.range(keys.span("b", "e")).getCount(), "keys put");
    Expect.equal(before + 1, store.revision(), "revision afterwards");
  }

  private static void innerHeaders(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    TxnResponse response =
        store.txn(new Txn().then(op(keys.get("a")), op(keys.put("b", "1")), op(keys.get("b"))));
    Expect.equal(
        List.of(before, before + 1, before + 1),
        List.of(
            response.getResponses(0).getResponseRange().getHeader().getRevision(),
            response.getResponses(1).getResponsePut().getHeader().getRevision(),
            response.getResponses(2).getResponseRange().getHeader().getRevision()),
        "inner header revisions");
    Expect.equal(
        before + 1,
        response.getResponses(2).getResponseRange().getKvs(0).getModRevision(),
        "mod_revision the txn reads of its own put");
  }

  private static void innerNothing(Store store, Keys keys) {
    long before = store.revision();
    TxnResponse response = store.txn(new Txn().then(op(keys.delete("absent"))));
    Expect.equal(before, response.getHeader().getRevision(), "outer header revision");
    var inner = response.getResponses(0).getResponseDeleteRange();
    Expect.equal(before, inner.getHeader().getRevision(), "inner header revision");
    Expect.equal(0, inner.getDeleted(), "deleted");
  }

  private static void innerDelete(Store store, Keys keys) {
    long before = store.revision();
    TxnResponse response =
        store.txn(new Txn().then(op(keys.put("a", "1")), op(keys.delete("absent"))));
    var inner = response.getResponses(1).getResponseDeleteRange();
    Expect.equal(before + 1, inner.getHeader().getRevision(), "the delete's header revision");
    Expect.equal(0, inner.getDeleted(), "deleted");
    Expect.equal(before + 1, response.getHeader().getRevision(), "outer header revision");
  }

  private static void nestedHeader(Store store, Keys keys) {
    long before = store.revision();
    TxnResponse response = store.txn(new Txn().then(op(new Txn().then(op(keys.put("a", "1"))))));
    TxnResponse nested = response.getResponses(0).getResponseTxn();
    Expect.isTrue(nested.hasHeader(), "the nested response has a header");
    Expect.equal(
        ResponseHeader.getDefaultInstance(), nested.getHeader(), "header of the nested response");
    Expect.equal(
        before + 1,
        nested.getResponses(0).getResponsePut().getHeader().getRevision(),
        "header revision of the put in it");
  }

  private static void innerIds(Store store, Keys keys) {
    TxnResponse response =
        store.txn(new Txn().then(op(keys.put("a", "1")), op(keys.get("a")), op(keys.delete("b"))));
    long revision = response.getHeader().getRevision();
    ResponseHeader bare = ResponseHeader.newBuilder().setRevision(revision).build();
    Expect.equal(bare, response.getResponses(0).getResponsePut().getHeader(), "put header");
    Expect.equal(bare, response.getResponses(1).getResponseRange().getHeader(), "range header");
    Expect.equal(
        bare, response.getResponses(2).getResponseDeleteRange().getHeader(), "delete header");
  }

  private static void readOfThePast(Store store, Keys keys) {
    long past = store.put(keys.put("a", "old")).getHeader().getRevision();
    store.put(keys.put("a", "new"));
    long now = store.put(keys.put("b", "1")).getHeader().getRevision();
    RangeResponse found = store.range(keys.get("a").setRevision(past));
    Expect.equal("old", found.getKvs(0).getValue().toStringUtf8(), "value of the past");
    Expect.equal(now, found.getHeader().getRevision(), "header revision");
  }

  private static void memberList(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    MemberListResponse list = store.memberList();
    Expect.equal(0, list.getHeader().getRevision(), "header revision");
    Expect.isTrue(list.getHeader().getClusterId() != 0, "cluster_id is set");
    Expect.isTrue(list.getHeader().getMemberId() != 0, "member_id is set");
    Expect.isTrue(
        list.getMembersList().stream().anyMatch(m -> m.getID() == list.getHeader().getMemberId()),
        "the answering member is in its list");
  }

  private static void compactionKeepsRevision(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    store.compact(before);
    Expect.equal(before, store.revision(), "revision after the compaction");
    PutResponse next = store.put(keys.put("a", "2"));
    Expect.equal(before + 1, next.getHeader().getRevision(), "revision of the next put");
  }

  private static void leaseKeepsRevision(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    long lease = store.grantLease();
    store.timeToLive(lease);
    Expect.equal(before, store.revision(), "revision after grant and time-to-live");
  }

  private static void alarmKeepsRevision(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    var alarms = store.maintenance().alarm(AlarmRequest.getDefaultInstance());
    Expect.equal(0, alarms.getAlarmsCount(), "alarms");
    Expect.equal(before, store.revision(), "revision after the query");
  }

  private static void failedPut(Store store, Keys keys) {
    long before = store.revision();
    Expect.error(EtcdError.LEASE_NOT_FOUND, () -> store.put(keys.put("a", "1").setLease(999_999)));
    Expect.equal(before, store.revision(), "revision after the failure");
    Expect.isFalse(store.holds(keys.at("a")), "a was stored");
  }

  private static void restart(Stage stage) {
    Store store = stage.store();
    Keys keys = stage.keys();
    store.putAll(keys, "a", "b", "c", "a");
    store.delete(keys.delete("b"));
    store.txn(new Txn().then(op(keys.put("d", "1")), op(keys.put("c", "2"))));
    RangeResponse before = store.range(keys.everything());
    Expect.equal(List.of("a", "c", "d"), keys.names(before.getKvsList()), "keys before it");
    RangeResponse after = stage.restart().range(keys.everything());
    Expect.equal(before.getKvsList(), after.getKvsList(), "keys after the restart");
    Expect.equal(
        before.getHeader().getRevision(), after.getHeader().getRevision(), "revision after it");
    Expect.equal(
        before.getHeader().getMemberId(), after.getHeader().getMemberId(), "member_id after it");
  }

  private static void tombstone(Stage stage) {
    Store store = stage.store();
    Keys keys = stage.keys();
    store.putAll(keys, "a", "b");
    long last = store.delete(keys.delete("b")).getHeader().getRevision();
    store.compactPhysically(last);
    Store restarted = stage.restart();
    Expect.equal(last, restarted.revision(), "revision after the restart");
    Expect.equal(
        last + 1,
        restarted.put(keys.put("c", "1")).getHeader().getRevision(),
        "revision of the next put");
  }
}
