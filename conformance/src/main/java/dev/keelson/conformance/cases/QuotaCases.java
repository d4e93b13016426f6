package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.DefragmentRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.CaseFailure;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Random;

/** Section 11.10, the quota: what a full store refuses, and how it is emptied. */
public final class QuotaCases {
  private static final long QUOTA_BYTES = 16 << 20;
  private static final int VALUE_BYTES = 500_000;
  private static final int MOST_PUTS = 200;

  private QuotaCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.of("258", "a full store refuses puts and says so", QuotaCases::fills),
            Case.of("259", "a full store still reads and deletes", QuotaCases::whatStillWorks),
            Case.of("260", "a put in the branch not taken counts", QuotaCases::branchNotTaken),
            Case.of("261", "only the exact alarm is cleared", QuotaCases::inexact),
            Case.of("262", "a store still full alarms again", QuotaCases::stillFull),
            Case.of("263", "delete, compact, defragment, disarm", QuotaCases::recipe),
            Case.of("264", "space alone clears no alarm", QuotaCases::spaceAlone),
            Case.of("279", "lack of space is told before an empty key", QuotaCases::order))
        .stream()
        .map(one -> one.withFlags("--quota-backend-bytes=" + QUOTA_BYTES).tagged(Tag.SLOW))
        .toList();
  }

  private static void fills(Store store, Keys keys) {
    long self = fill(store, keys);
    Expect.equal(List.of(Alarms.of(self, AlarmType.NOSPACE)), new Alarms(store).active(), "alarms");
    Expect.error(EtcdError.NO_SPACE, () -> store.put(keys.put("small", "1")));
  }

  private static void whatStillWorks(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("leased", "1").setLease(lease));
    fill(store, keys);
    long now = store.revision();
    Expect.error(EtcdError.NO_SPACE, () -> store.put(keys.put("small", "1")));
    Expect.error(EtcdError.NO_SPACE, () -> store.grantLease(0, 60));
    Expect.equal("1", store.valueOf(keys.at("leased")), "value");
    Expect.isTrue(
        store.txn(new Txn().then(op(keys.get("leased")))).getSucceeded(), "a read-only txn");
    Expect.equal(1, store.delete(keys.delete("k0")).getDeleted(), "deleted");
    Expect.equal(
        now + 2,
        store.txn(new Txn().then(op(keys.delete("k1")))).getHeader().getRevision(),
        "revision of a txn that deletes");
    Expect.equal(now + 3, store.revoke(lease).getHeader().getRevision(), "after the revocation");
    store.compact(now);
  }

  private static void branchNotTaken(Store store, Keys keys) {
    fill(store, keys);
    Txn txn =
        new Txn()
            .when(keys.version("absent", CompareResult.EQUAL, 0))
            .then(op(keys.get("k0")))
            .otherwise(op(keys.put("small", "1")));
    Expect.error(EtcdError.NO_SPACE, () -> store.txn(txn));
  }

  private static void inexact(Store store, Keys keys) {
    long self = fill(store, keys);
    var alarms = new Alarms(store);
    Expect.equal(
        List.of(), alarms.deactivate(0, AlarmType.NOSPACE).getAlarmsList(), "for member 0");
    Expect.equal(
        List.of(),
        alarms.deactivate(self + 1, AlarmType.NOSPACE).getAlarmsList(),
        "for the wrong member");
    Expect.equal(
        List.of(), alarms.deactivate(self, AlarmType.NONE).getAlarmsList(), "without a type");
    Expect.error(EtcdError.NO_SPACE, () -> store.put(keys.put("small", "1")));
  }

  private static void stillFull(Store store, Keys keys) {
    long self = fill(store, keys);
    var alarm = List.of(Alarms.of(self, AlarmType.NOSPACE));
    var alarms = new Alarms(store);
    Expect.equal(
        alarm, alarms.deactivate(self, AlarmType.NOSPACE).getAlarmsList(), "alarms cleared");
    Expect.error(EtcdError.NO_SPACE, () -> store.put(value(keys, "another", 1)));
    Expect.equal(alarm, alarms.active(), "alarms raised again");
  }

  private static void recipe(Store store, Keys keys) {
    long self = fill(store, keys);
    empty(store, keys);
    new Alarms(store).deactivate(self, AlarmType.NOSPACE);
    store.put(value(keys, "small", 2));
    Expect.equal(List.of(), new Alarms(store).active(), "alarms afterwards");
  }

  private static void spaceAlone(Store store, Keys keys) {
    fill(store, keys);
    empty(store, keys);
    Expect.error(EtcdError.NO_SPACE, () -> store.put(keys.put("small", "1")));
  }

  /** As large as what did not fit: a raised alarm alone is told after the checks (P6). */
  private static void order(Store store, Keys keys) {
    fill(store, keys);
    Expect.error(EtcdError.NO_SPACE, () -> store.put(value(keys, "a", 1).setKey(ByteString.EMPTY)));
    Expect.error(
        EtcdError.EMPTY_KEY, () -> store.delete(keys.delete("a").setKey(ByteString.EMPTY)));
  }

  /** Puts until the store is full; answers the member's id. */
  private static long fill(Store store, Keys keys) {
    long self = 0;
    try {
      for (int i = 0; i < MOST_PUTS; i++) {
        self = store.put(value(keys, "k" + i, i)).getHeader().getMemberId();
      }
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        throw e;
      }
      Expect.isTrue(self != 0, "some puts fit");
      Expect.error(
          EtcdError.NO_SPACE,
          () -> {
            throw e;
          });
      return self;
    }
    throw new CaseFailure(MOST_PUTS + " values fit into a quota of " + QUOTA_BYTES + " bytes");
  }

  /** Random bytes: what a store may compress does not fill it. */
  private static PutRequest.Builder value(Keys keys, String name, int seed) {
    var bytes = new byte[VALUE_BYTES];
    new Random(seed).nextBytes(bytes);
    return keys.put(name, "").setValue(ByteString.copyFrom(bytes));
  }

  private static void empty(Store store, Keys keys) {
    store.compactPhysically(store.delete(keys.deleteEverything()).getHeader().getRevision());
    var _ = store.maintenance().defragment(DefragmentRequest.getDefaultInstance());
  }
}
