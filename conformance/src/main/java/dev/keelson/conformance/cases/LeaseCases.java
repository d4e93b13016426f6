package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import dev.keelson.api.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.api.etcdserverpb.LeaseStatus;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.Event.EventType;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import dev.keelson.conformance.store.WatchSession;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Section 11.8, what needs no clock: granting, attaching, renewing, revoking. */
public final class LeaseCases {
  private static final long LARGEST_TTL = 9_000_000_000L;

  private LeaseCases() {}

  public static List<Case> cases() {
    return List.of(
        // It follows the election timeout, here the usual one.
        Case.of("215", "the least TTL is two seconds", LeaseCases::leastTtl)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("216", "ids are picked by the server or given", LeaseCases::ids),
        Case.of("217", "the largest TTL", LeaseCases::largestTtl),
        Case.of("218", "an id in use is refused", LeaseCases::idInUse),
        Case.of("219", "revoking an unknown lease", LeaseCases::revokeUnknown),
        Case.of("220", "revoking deletes the keys in one revision", LeaseCases::revoke),
        Case.of("221", "revoking without keys takes no revision", LeaseCases::revokeEmpty),
        Case.of("222", "renewals are answered in order", LeaseCases::keepAlive),
        Case.of("223", "time to live of known and unknown", LeaseCases::timeToLive),
        Case.of("228", "a key moves to the lease of its last put", LeaseCases::moves),
        Case.of("229", "a put without lease detaches", LeaseCases::detaches),
        Case.of("230", "a new life has no lease", LeaseCases::newLife),
        Case.of("231", "an id may be granted again", LeaseCases::grantedAgain),
        Case.of("232", "attachments made in one txn", LeaseCases::inTxn),
        Case.of("233", "the list of leases", LeaseCases::list),
        Case.onStage("234", "leases survive a restart", LeaseCases::restart)
            .tagged(Tag.FRESH_MEMBER),
        Case.of("240", "the past keeps the id of a lease that is gone", LeaseCases::past));
  }

  private static void leastTtl(Store store, Keys keys) {
    for (long ttl : List.of(0L, -5L, 1L)) {
      var granted = store.grantLease(0, ttl);
      Expect.equal(2, granted.getTTL(), "TTL granted for " + ttl);
      Expect.equal("", granted.getError(), "error");
      store.revoke(granted.getID());
    }
    Expect.equal(3, store.grantLease(0, 3).getTTL(), "TTL granted for 3");
  }

  private static void ids(Store store, Keys keys) {
    Expect.isTrue(store.grantLease(0, 60).getID() > 0, "the server picks a positive id");
    Expect.equal(-7, store.grantLease(-7, 60).getID(), "the id given");
    store.put(keys.put("a", "1").setLease(-7));
    Expect.equal(-7, store.range(keys.get("a")).getKvs(0).getLease(), "lease of the key");
    store.revoke(-7);
    Expect.isFalse(store.holds(keys.at("a")), "the key outlives the lease");
  }

  private static void largestTtl(Store store, Keys keys) {
    var granted = store.grantLease(0, LARGEST_TTL);
    Expect.equal(LARGEST_TTL, granted.getTTL(), "TTL");
    store.revoke(granted.getID());
    Expect.error(EtcdError.LEASE_TTL_TOO_LARGE, () -> store.grantLease(0, LARGEST_TTL + 1));
    Expect.error(EtcdError.LEASE_TTL_TOO_LARGE, () -> store.grantLease(0, Long.MAX_VALUE));
  }

  private static void idInUse(Store store, Keys keys) {
    long lease = store.grantLease();
    Expect.error(EtcdError.LEASE_EXIST, () -> store.grantLease(lease, 60));
    Expect.error(EtcdError.LEASE_TTL_TOO_LARGE, () -> store.grantLease(lease, LARGEST_TTL + 1));
    Expect.equal(600, store.timeToLive(lease).getGrantedTTL(), "TTL granted at first");
  }

  private static void revokeUnknown(Store store, Keys keys) {
    Expect.error(EtcdError.LEASE_NOT_FOUND, () -> store.revoke(987_654_321));
    Expect.error(EtcdError.LEASE_NOT_FOUND, () -> store.revoke(0));
    long lease = store.grantLease();
    store.revoke(lease);
    Expect.error(EtcdError.LEASE_NOT_FOUND, () -> store.revoke(lease));
  }

  private static void revoke(Store store, Keys keys) {
    long lease = store.grantLease();
    for (String name : List.of("z", "m", "a")) {
      store.put(keys.put(name, name).setLease(lease));
    }
    store.put(keys.put("n", "not attached"));
    long before = store.revision();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything().setPrevKv(true));
      Expect.equal(before + 1, store.revoke(lease).getHeader().getRevision(), "header revision");
      WatchResponse response = watch.nextEvents(0);
      Expect.equal(
          List.of("a", "m", "z"),
          response.getEventsList().stream().map(e -> keys.name(e.getKv())).toList(),
          "keys deleted");
      for (Event event : response.getEventsList()) {
        Expect.equal(EventType.DELETE, event.getType(), "type");
        Expect.equal(before + 1, event.getKv().getModRevision(), "mod_revision");
        Expect.equal(lease, event.getPrevKv().getLease(), "lease of prev_kv");
      }
    }
    Expect.equal(
        List.of("n"), keys.names(store.range(keys.everything()).getKvsList()), "keys left");
  }

  private static void revokeEmpty(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    long before = store.delete(keys.delete("a")).getHeader().getRevision();
    Expect.equal(before, store.revoke(lease).getHeader().getRevision(), "header revision");
    Expect.equal(before, store.revision(), "revision afterwards");
    Expect.equal(-1, store.timeToLive(lease).getTTL(), "TTL of the revoked lease");
  }

  private static void keepAlive(Store store, Keys keys) {
    long lease = store.grantLease(0, 300).getID();
    long before = store.revision();
    try (KeepAlive stream = store.keepAlive()) {
      stream.send(987_654_321);
      stream.send(lease);
      stream.send(0);
      Expect.equal(0, stream.answer(987_654_321), "TTL of an unknown lease");
      Expect.equal(300, stream.answer(lease), "TTL of the lease");
      Expect.equal(0, stream.answer(0), "TTL of lease 0");
      stream.halfClose();
      Expect.equal(Status.Code.OK, stream.end(Duration.ofSeconds(60)).getCode(), "the end");
    }
    Expect.equal(before, store.revision(), "revision afterwards");
  }

  private static void timeToLive(Store store, Keys keys) {
    long lease = store.grantLease(0, 300).getID();
    store.put(keys.put("b", "1").setLease(lease));
    store.put(keys.put("a", "1").setLease(lease));
    LeaseTimeToLiveResponse known = store.timeToLive(lease);
    Expect.isTrue(known.getTTL() <= 300 && known.getTTL() >= 290, "TTL " + known.getTTL());
    Expect.equal(300, known.getGrantedTTL(), "grantedTTL");
    Expect.equal(List.of("a", "b"), store.keysOf(lease, keys), "keys");
    LeaseTimeToLiveResponse unknown = store.timeToLive(987_654_321);
    Expect.equal(-1, unknown.getTTL(), "TTL of an unknown lease");
    Expect.equal(0, unknown.getGrantedTTL(), "grantedTTL of an unknown lease");
    Expect.equal(0, unknown.getKeysCount(), "keys of an unknown lease");
  }

  private static void moves(Store store, Keys keys) {
    long one = store.grantLease();
    long other = store.grantLease();
    store.put(keys.put("a", "1").setLease(one));
    store.put(keys.put("a", "2").setLease(other));
    Expect.equal(List.of(), store.keysOf(one, keys), "keys of the first lease");
    Expect.equal(List.of("a"), store.keysOf(other, keys), "keys of the second lease");
    store.revoke(one);
    Expect.equal("2", store.valueOf(keys.at("a")), "value after the first lease");
    store.revoke(other);
    Expect.isFalse(store.holds(keys.at("a")), "the key outlives its lease");
  }

  private static void detaches(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    store.put(keys.put("a", "2"));
    Expect.equal(List.of(), store.keysOf(lease, keys), "keys of the lease");
    store.revoke(lease);
    Expect.equal("2", store.valueOf(keys.at("a")), "value");
  }

  private static void newLife(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    store.delete(keys.delete("a"));
    store.put(keys.put("a", "2"));
    Expect.equal(List.of(), store.keysOf(lease, keys), "keys of the lease");
    store.revoke(lease);
    Expect.equal("2", store.valueOf(keys.at("a")), "value");
  }

  private static void grantedAgain(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("a", "1").setLease(lease));
    store.revoke(lease);
    Expect.equal(30, store.grantLease(lease, 30).getTTL(), "TTL of the second grant");
    Expect.equal(List.of(), store.keysOf(lease, keys), "keys of the second grant");
    Expect.equal(30, store.timeToLive(lease).getGrantedTTL(), "grantedTTL");
    store.revoke(lease);
  }

  private static void inTxn(Store store, Keys keys) {
    long lease = store.grantLease();
    store.put(keys.put("lc", "1").setLease(lease));
    store.txn(
        new Txn()
            .then(
                op(keys.put("l1", "1").setLease(lease)),
                op(keys.put("l2", "1").setLease(lease)),
                op(keys.delete("lc"))));
    Expect.equal(List.of("l1", "l2"), store.keysOf(lease, keys), "keys of the lease");
    store.revoke(lease);
    Expect.equal(0, store.range(keys.everything()).getCount(), "keys left");
  }

  private static void list(Store store, Keys keys) {
    Set<Long> granted = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      granted.add(store.grantLease());
    }
    Expect.isTrue(leases(store).containsAll(granted), "all leases granted are listed");
    granted.forEach(store::revoke);
    leases(store).forEach(id -> Expect.isFalse(granted.contains(id), "a revoked one is listed"));
  }

  private static void restart(Stage stage) {
    Keys keys = stage.keys();
    Store before = stage.store();
    long lease = before.grantLease(0, 300).getID();
    before.put(keys.put("a", "1").setLease(lease));
    before.put(keys.put("b", "1").setLease(lease));
    before.put(keys.put("b", "2"));
    Store after = stage.restart();
    LeaseTimeToLiveResponse kept = after.timeToLive(lease);
    Expect.equal(300, kept.getGrantedTTL(), "grantedTTL");
    Expect.isTrue(kept.getTTL() >= 297, "the TTL starts over, not at " + kept.getTTL());
    Expect.equal(List.of("a"), after.keysOf(lease, keys), "keys");
    after.revoke(lease);
    Expect.isFalse(after.holds(keys.at("a")), "the attached key is left");
    Expect.equal("2", after.valueOf(keys.at("b")), "value of the detached key");
  }

  private static void past(Store store, Keys keys) {
    long lease = store.grantLease();
    long put = store.put(keys.put("a", "1").setLease(lease)).getHeader().getRevision();
    store.revoke(lease);
    Expect.isFalse(store.holds(keys.at("a")), "the key outlives its lease");
    Expect.equal(
        lease, store.range(keys.get("a").setRevision(put)).getKvs(0).getLease(), "lease then");
  }

  private static Set<Long> leases(Store store) {
    var ids = new HashSet<Long>();
    for (LeaseStatus status :
        store.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList()) {
      Expect.isTrue(ids.add(status.getID()), "each lease is listed once");
    }
    return ids;
  }
}
