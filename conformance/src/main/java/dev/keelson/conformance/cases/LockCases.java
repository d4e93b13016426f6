package dev.keelson.conformance.cases;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.v3lockpb.LockGrpc;
import dev.keelson.api.v3lockpb.LockRequest;
import dev.keelson.api.v3lockpb.LockResponse;
import dev.keelson.api.v3lockpb.UnlockRequest;
import dev.keelson.api.v3lockpb.UnlockResponse;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Section 11.9, first half: locks. */
public final class LockCases {
  private static final long UNKNOWN_LEASE = 987_654_321;

  private LockCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("241", "a lock is a key named after its lease", LockCases::keyName),
        Case.of("242", "locking again answers the same at once", LockCases::again),
        Case.of("243", "waiters are served in their order", LockCases::order),
        Case.of("244", "a waiter that leaves takes its key away", LockCases::deadline),
        Case.of("245", "what cannot be locked and unlocked", LockCases::refusals),
        Case.of("246", "without a lease the server grants one", LockCases::noLease),
        Case.of("247", "a negative lease in a name", LockCases::negativeLease),
        Case.of("248", "a waiter without a lease is told so", LockCases::waiterExpires)
            .tagged(Tag.NOT_ON_3_4),
        Case.of("249", "a lost lease hands the lock over", LockCases::ownerExpires),
        Case.of("250", "a name waits for names below it", LockCases::namesBelow),
        Case.of("283", "two names are two locks", LockCases::twoNames));
  }

  private static void keyName(Store store, Keys keys) {
    long lease = store.grantLease(0x1111_0000_0000L + keys.at("").hashCode(), 600).getID();
    LockResponse held = lock(store, keys.at("name"), lease);
    Expect.equal(keys.at("name/" + Long.toHexString(lease)), held.getKey(), "key");
    KeyValue kv = store.range(keys.span("name/", "name0")).getKvs(0);
    Expect.equal(held.getKey(), kv.getKey(), "key in the store");
    Expect.equal(lease, kv.getLease(), "lease of the key");
    Expect.equal(0, kv.getValue().size(), "size of the value");
    Expect.equal(kv.getCreateRevision(), held.getHeader().getRevision(), "header revision");
    unlock(store, held.getKey());
    Expect.isFalse(store.holds(held.getKey()), "the key is there after the unlock");
  }

  private static void again(Store store, Keys keys) {
    long lease = store.grantLease();
    LockResponse first = lock(store, keys.at("name"), lease);
    long revision = store.revision();
    LockResponse second = lock(store, keys.at("name"), lease);
    Expect.equal(first.getKey(), second.getKey(), "key");
    Expect.equal(revision, store.revision(), "revision afterwards");
  }

  private static void order(Store store, Keys keys) {
    ByteString owner = lock(store, keys.at("name"), store.grantLease()).getKey();
    var waiting = new ArrayList<ListenableFuture<LockResponse>>();
    for (int waiter = 0; waiter < 3; waiter++) {
      waiting.add(lockLater(store, keys.at("name"), store.grantLease()));
      awaitCount(store, keys, waiter + 2);
    }
    List<KeyValue> queue =
        store.range(keys.span("name/", "name0")).getKvsList().stream()
            .sorted((a, b) -> Long.compare(a.getCreateRevision(), b.getCreateRevision()))
            .toList();
    for (int waiter = 0; waiter < 3; waiter++) {
      waiting.forEach(call -> Expect.isFalse(call.isDone(), "a waiter is served too early"));
      unlock(store, owner);
      owner = Calls.await(waiting.removeFirst()).getKey();
      Expect.equal(queue.get(waiter + 1).getKey(), owner, "the next owner");
    }
  }

  private static void deadline(Store store, Keys keys) {
    ByteString owner = lock(store, keys.at("name"), store.grantLease()).getKey();
    Expect.deadlineExceeded(
        () ->
            LockGrpc.newBlockingStub(store.channel())
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .lock(request(keys.at("name"), store.grantLease())));
    awaitCount(store, keys, 1);
    Expect.isTrue(store.holds(owner), "the owner's key is left");
  }

  private static void refusals(Store store, Keys keys) {
    Expect.errorText(
        Status.Code.UNKNOWN,
        EtcdError.LEASE_NOT_FOUND.message(),
        () -> lock(store, keys.at("name"), UNKNOWN_LEASE));
    Expect.isTrue(unlock(store, keys.at("absent")).hasHeader(), "unlocking nothing has a header");
    Expect.errorText(
        Status.Code.UNKNOWN, EtcdError.EMPTY_KEY.message(), () -> unlock(store, ByteString.EMPTY));
  }

  private static void noLease(Store store, Keys keys) {
    LockResponse held = lock(store, keys.at("name"), 0);
    KeyValue kv = store.range(keys.span("name/", "name0")).getKvs(0);
    Expect.equal(60, store.timeToLive(kv.getLease()).getGrantedTTL(), "grantedTTL");
    Expect.equal(
        keys.at("name/" + Long.toHexString(kv.getLease())), held.getKey(), "key of the lock");
    store.revoke(kv.getLease());
  }

  private static void negativeLease(Store store, Keys keys) {
    long lease = store.grantLease(-9, 60).getID();
    Expect.equal(keys.at("neg/-9"), lock(store, keys.at("neg"), lease).getKey(), "key");
    store.revoke(lease);
  }

  private static void waiterExpires(Store store, Keys keys) {
    ByteString owner = lock(store, keys.at("name"), store.grantLease()).getKey();
    long lease = store.grantLease();
    ListenableFuture<LockResponse> waiter = lockLater(store, keys.at("name"), lease);
    awaitCount(store, keys, 2);
    store.revoke(lease);
    unlock(store, owner);
    Expect.errorText(Status.Code.UNKNOWN, "mutex: session is expired", () -> Calls.await(waiter));
  }

  private static void ownerExpires(Store store, Keys keys) {
    long lease = store.grantLease();
    lock(store, keys.at("name"), lease);
    ListenableFuture<LockResponse> waiter = lockLater(store, keys.at("name"), store.grantLease());
    awaitCount(store, keys, 2);
    store.revoke(lease);
    ByteString owner = Calls.await(waiter).getKey();
    Expect.equal(
        List.of(owner),
        store.range(keys.span("name/", "name0")).getKvsList().stream()
            .map(KeyValue::getKey)
            .toList(),
        "keys of the lock");
  }

  private static void namesBelow(Store store, Keys keys) {
    ByteString below = lock(store, keys.at("name/b"), store.grantLease()).getKey();
    ListenableFuture<LockResponse> waiter = lockLater(store, keys.at("name"), store.grantLease());
    awaitCount(store, keys, 2);
    Calls.pause(Duration.ofMillis(200));
    Expect.isFalse(waiter.isDone(), "the lock is held although a name below it is");
    unlock(store, below);
    Calls.await(waiter);
  }

  private static void twoNames(Store store, Keys keys) {
    LockResponse x = lock(store, keys.at("x"), store.grantLease());
    LockResponse y = lock(store, keys.at("y"), store.grantLease());
    Expect.isTrue(store.holds(x.getKey()) && store.holds(y.getKey()), "both are held");
  }

  private static void awaitCount(Store store, Keys keys, long count) {
    Calls.until(
        count + " keys under the lock's name",
        () -> store.range(keys.span("name/", "name0").setCountOnly(true)).getCount() == count);
  }

  private static LockResponse lock(Store store, ByteString name, long lease) {
    return LockGrpc.newBlockingStub(store.channel())
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .lock(request(name, lease));
  }

  private static ListenableFuture<LockResponse> lockLater(
      Store store, ByteString name, long lease) {
    return LockGrpc.newFutureStub(store.channel())
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .lock(request(name, lease));
  }

  private static UnlockResponse unlock(Store store, ByteString key) {
    return LockGrpc.newBlockingStub(store.channel())
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .unlock(UnlockRequest.newBuilder().setKey(key).build());
  }

  private static LockRequest request(ByteString name, long lease) {
    return LockRequest.newBuilder().setName(name).setLease(lease).build();
  }
}
