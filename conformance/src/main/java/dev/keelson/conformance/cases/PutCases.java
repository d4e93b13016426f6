package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.List;

/** Section 11.4: put and delete, without leases. */
public final class PutCases {
  private PutCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("81", "prev_kv is the whole old key", PutCases::previous),
        Case.of("82", "no prev_kv where there was no key", PutCases::noPrevious),
        Case.of("83", "an empty value is a value", PutCases::emptyValue),
        Case.of("84", "ignore_value keeps the value", PutCases::ignoreValue),
        Case.of("85", "ignore_value with a value is refused", PutCases::valueProvided),
        Case.of("86", "ignore_lease with a lease is refused", PutCases::leaseProvided),
        Case.of("87", "ignoring what is not there is refused", PutCases::nothingToIgnore),
        Case.of("90", "both ignore flags only touch", PutCases::touch),
        Case.of("91", "an unknown lease is refused", PutCases::unknownLease),
        Case.of("92", "the lease is checked before the key", PutCases::leaseBeforeKey),
        Case.of("93", "deleting an empty key is refused", PutCases::deleteEmptyKey),
        Case.of("94", "a range is deleted in one revision", PutCases::deleteSpan),
        Case.of("95", "all keys are deleted in one revision", PutCases::deleteAll)
            .tagged(Tag.WHOLE_STORE),
        Case.of("96", "a reversed range deletes nothing", PutCases::deleteReversed),
        Case.of("97", "deleting again deletes nothing", PutCases::deleteTwice),
        Case.of("135-put", "putting an empty key is refused", PutCases::putEmptyKey));
  }

  private static void previous(Store store, Keys keys) {
    store.put(keys.put("a", "0"));
    store.put(keys.put("a", "1"));
    KeyValue old = store.range(keys.get("a")).getKvs(0);
    PutResponse response = store.put(keys.put("a", "2").setPrevKv(true));
    Expect.isTrue(response.hasPrevKv(), "prev_kv is set");
    Expect.equal(old, response.getPrevKv(), "prev_kv");
    Expect.isFalse(store.put(keys.put("a", "3")).hasPrevKv(), "prev_kv comes unasked");
  }

  private static void noPrevious(Store store, Keys keys) {
    Expect.isFalse(store.put(keys.put("a", "1").setPrevKv(true)).hasPrevKv(), "prev_kv is set");
    store.delete(keys.delete("a"));
    Expect.isFalse(
        store.put(keys.put("a", "1").setPrevKv(true)).hasPrevKv(), "prev_kv after a delete");
    Expect.isTrue(
        store.put(keys.put("a", "2").setPrevKv(true)).hasPrevKv(), "prev_kv once there is one");
  }

  private static void emptyValue(Store store, Keys keys) {
    store.put(keys.put("a", ""));
    RangeResponse found = store.range(keys.get("a"));
    Expect.equal(1, found.getCount(), "count");
    Expect.equal(ByteString.EMPTY, found.getKvs(0).getValue(), "value");
  }

  private static void ignoreValue(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long touched = store.put(keys.put("a", "").setIgnoreValue(true)).getHeader().getRevision();
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal("1", kv.getValue().toStringUtf8(), "value");
    Expect.equal(2, kv.getVersion(), "version");
    Expect.equal(touched, kv.getModRevision(), "mod_revision");
  }

  private static void valueProvided(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    Expect.error(
        EtcdError.VALUE_PROVIDED, () -> store.put(keys.put("a", "2").setIgnoreValue(true)));
    Expect.equal("1", store.valueOf(keys.at("a")), "value afterwards");
  }

  private static void leaseProvided(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    Expect.error(
        EtcdError.LEASE_PROVIDED,
        () -> store.put(keys.put("a", "2").setIgnoreLease(true).setLease(5)));
  }

  private static void nothingToIgnore(Store store, Keys keys) {
    long before = store.revision();
    Expect.error(EtcdError.KEY_NOT_FOUND, () -> store.put(keys.put("a", "").setIgnoreValue(true)));
    Expect.error(EtcdError.KEY_NOT_FOUND, () -> store.put(keys.put("a", "1").setIgnoreLease(true)));
    Expect.equal(before, store.revision(), "revision afterwards");
    Expect.isFalse(store.holds(keys.at("a")), "a was stored");
  }

  private static void touch(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    KeyValue before = store.range(keys.get("a")).getKvs(0);
    long touched =
        store
            .put(keys.put("a", "").setIgnoreValue(true).setIgnoreLease(true))
            .getHeader()
            .getRevision();
    Expect.equal(
        before.toBuilder().setVersion(2).setModRevision(touched).build(),
        store.range(keys.get("a")).getKvs(0),
        "the key touched");
  }

  private static void unknownLease(Store store, Keys keys) {
    for (long lease : new long[] {999, -1}) {
      Expect.error(EtcdError.LEASE_NOT_FOUND, () -> store.put(keys.put("a", "1").setLease(lease)));
    }
    Expect.isFalse(store.holds(keys.at("a")), "a was stored");
  }

  private static void leaseBeforeKey(Store store, Keys keys) {
    Expect.error(
        EtcdError.LEASE_NOT_FOUND,
        () -> store.put(keys.put("a", "").setIgnoreValue(true).setLease(999)));
  }

  private static void deleteEmptyKey(Store store, Keys keys) {
    Expect.error(EtcdError.EMPTY_KEY, () -> store.delete(DeleteRangeRequest.newBuilder()));
    Expect.error(
        EtcdError.EMPTY_KEY,
        () -> store.delete(DeleteRangeRequest.newBuilder().setRangeEnd(keys.at("a"))));
  }

  private static void deleteSpan(Store store, Keys keys) {
    store.putAll(keys, "b", "a", "c");
    List<KeyValue> old = store.range(keys.span("a", "c")).getKvsList();
    long before = store.revision();
    DeleteRangeResponse response = store.delete(keys.delete("a", "c").setPrevKv(true));
    Expect.equal(2, response.getDeleted(), "deleted");
    Expect.equal(List.of("a", "b"), keys.names(response.getPrevKvsList()), "prev_kvs");
    Expect.equal(old, response.getPrevKvsList(), "prev_kvs");
    Expect.equal(before + 1, response.getHeader().getRevision(), "header revision");
    Expect.equal(
        List.of("c"), keys.names(store.range(keys.everything()).getKvsList()), "keys left");
  }

  private static void deleteAll(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c");
    long before = store.revision();
    DeleteRangeResponse response = store.delete(keys.deleteEverything());
    Expect.equal(3, response.getDeleted(), "deleted");
    Expect.equal(0, response.getPrevKvsCount(), "prev_kvs that nobody asked for");
    Expect.equal(before + 1, response.getHeader().getRevision(), "header revision");
    Expect.equal(0, store.range(keys.everything()).getCount(), "keys left");
  }

  private static void deleteReversed(Store store, Keys keys) {
    store.putAll(keys, "a", "m", "z");
    long before = store.revision();
    DeleteRangeResponse response = store.delete(keys.delete("z", "a"));
    Expect.equal(0, response.getDeleted(), "deleted");
    Expect.equal(before, response.getHeader().getRevision(), "header revision");
    Expect.equal(3, store.range(keys.everything()).getCount(), "keys left");
  }

  private static void deleteTwice(Store store, Keys keys) {
    store.putAll(keys, "a");
    DeleteRangeResponse first = store.delete(keys.delete("a"));
    Expect.equal(1, first.getDeleted(), "deleted at first");
    long gone = first.getHeader().getRevision();
    DeleteRangeResponse again = store.delete(keys.delete("a").setPrevKv(true));
    Expect.equal(0, again.getDeleted(), "deleted");
    Expect.equal(0, again.getPrevKvsCount(), "prev_kvs");
    Expect.equal(gone, again.getHeader().getRevision(), "header revision");
  }

  private static void putEmptyKey(Store store, Keys keys) {
    Expect.error(
        EtcdError.EMPTY_KEY,
        () -> store.put(PutRequest.newBuilder().setValue(keys.at("a")).setIgnoreValue(true)));
  }
}
