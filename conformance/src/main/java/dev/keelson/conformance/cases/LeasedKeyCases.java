package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.api.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import java.util.List;

/** The cases of sections 11.2, 11.4 and 11.5 that put keys with a lease. */
public final class LeasedKeyCases {
  private LeasedKeyCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("38", "keys only leaves out the lease too", LeasedKeyCases::keysOnly)
            .tagged(Tag.NOT_ON_3_4),
        Case.of("81-lease", "prev_kv has the old lease", LeasedKeyCases::previous),
        Case.of("88", "ignore_lease keeps the lease", LeasedKeyCases::ignoreLease),
        Case.of("89", "ignore_value alone drops the lease", LeasedKeyCases::ignoreValue),
        Case.of("90-lease", "both ignore flags keep value and lease", LeasedKeyCases::touch),
        Case.of("107", "a compare reads the lease", LeasedKeyCases::compareLease));
  }

  private static void keysOnly(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    Expect.equal(0, only(store, keys, SortTarget.KEY).getLease(), "lease with keys_only");
    Expect.equal(lease, only(store, keys, SortTarget.VALUE).getLease(), "lease by value");
  }

  private static KeyValue only(Store store, Keys keys, SortTarget target) {
    return store
        .range(keys.get("a").setKeysOnly(true).setSortOrder(SortOrder.ASCEND).setSortTarget(target))
        .getKvs(0);
  }

  private static void previous(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    KeyValue old = store.put(keys.put("a", "2").setPrevKv(true)).getPrevKv();
    Expect.equal(lease, old.getLease(), "lease of prev_kv");
    Expect.equal(0, store.range(keys.get("a")).getKvs(0).getLease(), "lease afterwards");
  }

  private static void ignoreLease(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    store.put(keys.put("a", "2").setIgnoreLease(true));
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal("2", kv.getValue().toStringUtf8(), "value");
    Expect.equal(lease, kv.getLease(), "lease");
  }

  private static void ignoreValue(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    store.put(keys.put("a", "").setIgnoreValue(true));
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal("1", kv.getValue().toStringUtf8(), "value");
    Expect.equal(0, kv.getLease(), "lease");
    Expect.equal(0, store.timeToLive(lease).getKeysCount(), "keys of the lease");
  }

  private static void touch(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    store.put(keys.put("a", "").setIgnoreValue(true).setIgnoreLease(true));
    KeyValue kv = store.range(keys.get("a")).getKvs(0);
    Expect.equal("1", kv.getValue().toStringUtf8(), "value");
    Expect.equal(lease, kv.getLease(), "lease");
    Expect.equal(2, kv.getVersion(), "version");
  }

  private static void compareLease(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    var response =
        store.txn(
            new Txn().when(keys.lease("a", CompareResult.EQUAL, lease)).then(op(keys.get("a"))));
    Expect.isTrue(response.getSucceeded(), "the lease compares equal");
  }
}
