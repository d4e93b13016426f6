package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.DefragmentRequest;
import dev.keelson.api.etcdserverpb.HashRequest;
import dev.keelson.api.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.api.etcdserverpb.LeaseStatus;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.v3lockpb.LockGrpc;
import dev.keelson.api.v3lockpb.LockRequest;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import dev.keelson.conformance.store.WatchSession;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Section 9.3 of the operations plane: what a user may do, method by method. */
public final class PermissionCases {
  private PermissionCases() {}

  public static List<Case> cases() {
    return Stream.of(
            on("OPS-62", "a range is granted whole", PermissionCases::range),
            on("OPS-63", "roles are joined", PermissionCases::joined),
            on("OPS-64", "one key is a range too", PermissionCases::singleKey),
            on("OPS-65", "open ends", PermissionCases::openEnds),
            on("OPS-66", "writing is not reading", PermissionCases::writeOnly),
            on("OPS-67", "reading is not writing", PermissionCases::readOnly),
            on("OPS-68", "a lease that holds others' keys", PermissionCases::othersLease),
            on("OPS-68-txn", "nor in a transaction", PermissionCases::othersLeaseInTxn)
                .tagged(Tag.NOT_ON_3_4),
            on("OPS-69", "compares are reads", PermissionCases::compare),
            on("OPS-70", "the branch that is not taken", PermissionCases::otherBranch),
            on("OPS-71", "nested transactions", PermissionCases::nested).tagged(Tag.NOT_ON_3_4),
            on("OPS-72", "an empty transaction", PermissionCases::emptyTxn),
            on("OPS-73", "compaction is root's", PermissionCases::compact).tagged(Tag.NOT_ON_3_4),
            on("OPS-76", "a watch outlives its right", PermissionCases::runningWatch),
            Case.of("OPS-77", "a watch from before", SignedIn.off(PermissionCases::watchFromBefore))
                .tagged(Tag.WHOLE_STORE),
            on("OPS-78", "a lease is for somebody", PermissionCases::grant).tagged(Tag.NOT_ON_3_4),
            on("OPS-79", "revoking deletes keys", PermissionCases::revoke),
            on("OPS-80", "renewing keeps keys", PermissionCases::renew).tagged(Tag.NOT_ON_3_4),
            on("OPS-81", "the keys of a lease", PermissionCases::timeToLive).tagged(Tag.NOT_ON_3_4),
            on("OPS-82", "the list of leases", PermissionCases::leases).tagged(Tag.NOT_ON_3_4),
            on("OPS-83", "what is everybody's and what root's", PermissionCases::administration)
                .tagged(Tag.NOT_ON_3_4),
            on("OPS-84", "what users hear of themselves", PermissionCases::oneself),
            on("OPS-85", "no user changes its password", PermissionCases::ownPassword),
            on("OPS-86", "whether it is on", PermissionCases::status).tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-87", "leases end by themselves", SignedIn.on(PermissionCases::expiry))
                .tagged(Tag.FRESH_MEMBER, Tag.SLOW),
            Case.of("OPS-88", "corruption comes first", SignedIn.on(PermissionCases::corrupt))
                .tagged(Tag.FRESH_MEMBER),
            on("OPS-89", "sense comes before rights", PermissionCases::emptyKey),
            on("OPS-91", "locks are of keys", PermissionCases::lock))
        .toList();
  }

  private static Case on(String id, String title, SignedIn.Body body) {
    return Case.of(id, title, SignedIn.on(body)).tagged(Tag.WHOLE_STORE);
  }

  private static void denied(Runnable... calls) {
    for (Runnable call : calls) {
      Expect.error(EtcdError.PERMISSION_DENIED, call);
    }
  }

  private static RangeRequest.Builder from(Keys keys, String from) {
    return keys.get(from).setRangeEnd(Keys.NO_END);
  }

  private static void range(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "a", "c");
    user.range(keys.get("a"));
    user.range(keys.span("a", "b"));
    user.range(keys.span("a", "c"));
    user.range(keys.get("b").setSerializable(true));
    denied(
        () -> user.range(keys.span("a", "d")),
        () -> user.range(from(keys, "a")),
        () -> user.range(keys.get("c")),
        () -> user.range(keys.get("c").setSerializable(true)),
        () -> user.range(keys.span("a", "d").setCountOnly(true)));
  }

  private static void joined(SignedIn signedIn, Keys keys) {
    signedIn.userWith("u", Permission.Type.READ, keys, "a", "b");
    signedIn.accounts().addRole("other");
    signedIn.accounts().grant("other", Permission.Type.READ, keys.at("b"), keys.at("c"));
    signedIn.accounts().grantRole("u", "other");
    signedIn.as("u").range(keys.span("a", "c"));
  }

  private static void singleKey(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "a", "");
    user.range(keys.get("a").setRangeEnd(keys.at("a").concat(Keys.NO_END)));
    denied(() -> user.range(keys.span("a", "b")));
  }

  private static void openEnds(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUserWithRole("u");
    signedIn.accounts().grant("u", Permission.Type.READ, keys.at("a"), Keys.NO_END);
    Store user = signedIn.as("u");
    user.range(from(keys, "b"));
    user.range(keys.get("zz"));
    var all = RangeRequest.newBuilder().setKey(Keys.NO_END).setRangeEnd(Keys.NO_END);
    denied(() -> user.range(all));
    signedIn.accounts().grant("u", Permission.Type.READ, Keys.NO_END, Keys.NO_END);
    Store again = signedIn.as("u");
    again.range(all);
    again.range(keys.get("anything"));
  }

  private static void writeOnly(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.WRITE, keys, "k", "");
    user.put(keys.put("k", "1"));
    denied(
        () -> user.range(keys.get("k")),
        () -> user.put(keys.put("k", "2").setPrevKv(true)),
        () -> user.delete(keys.delete("k").setPrevKv(true)));
    Expect.equal("1", signedIn.root().valueOf(keys.at("k")), "value");
    user.delete(keys.delete("k"));
  }

  private static void readOnly(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "k", "");
    long before = signedIn.root().put(keys.put("k", "1")).getHeader().getRevision();
    denied(() -> user.put(keys.put("k", "2")), () -> user.delete(keys.delete("k")));
    Expect.equal(
        before, user.range(keys.get("k")).getHeader().getRevision(), "revision afterwards");
  }

  private static void othersLease(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READWRITE, keys, "k", "");
    long lease = signedIn.root().grantLease();
    user.put(keys.put("k", "1").setLease(lease));
    signedIn.root().put(keys.put("k2", "1").setLease(lease));
    denied(() -> user.put(keys.put("k", "2").setLease(lease)));
    signedIn.root().put(keys.put("k", "3").setLease(lease));
    signedIn.root().revoke(lease);
  }

  private static void othersLeaseInTxn(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READWRITE, keys, "k", "");
    long lease = signedIn.root().grantLease();
    signedIn.root().put(keys.put("k2", "1").setLease(lease));
    denied(
        () -> user.txn(new Txn().then(op(keys.put("k", "2").setLease(lease)))),
        () -> user.txn(new Txn().otherwise(op(keys.put("k", "2").setLease(lease)))));
    signedIn.root().revoke(lease);
  }

  private static void compare(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READWRITE, keys, "a", "");
    var b = keys.version("b", CompareResult.EQUAL, 0);
    denied(
        () -> user.txn(new Txn().when(b)),
        () -> user.txn(new Txn().when(keys.over(keys.version("a", CompareResult.EQUAL, 0), "c"))));
    user.txn(new Txn().when(keys.version("a", CompareResult.EQUAL, 0)));
  }

  private static void otherBranch(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READWRITE, keys, "a", "");
    denied(
        () -> user.txn(new Txn().then(op(keys.put("a", "1"))).otherwise(op(keys.put("b", "1")))),
        () -> user.txn(new Txn().then(op(keys.get("a"))).otherwise(op(keys.get("b")))),
        () -> user.txn(new Txn().then(op(keys.put("a", "1")), op(keys.delete("b")))));
    Expect.isFalse(signedIn.root().holds(keys.at("a")), "a is there");
    user.txn(new Txn().then(op(keys.put("a", "1"))).otherwise(op(keys.get("a"))));
  }

  private static void nested(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READWRITE, keys, "a", "");
    denied(
        () ->
            user.txn(
                new Txn().then(op(new Txn().then(op(new Txn().otherwise(op(keys.get("b")))))))),
        () ->
            user.txn(
                new Txn().then(op(new Txn().when(keys.version("b", CompareResult.EQUAL, 0))))));
  }

  private static void emptyTxn(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "a", "");
    Expect.isTrue(user.txn(new Txn()).getSucceeded(), "succeeded");
  }

  private static void compact(SignedIn signedIn, Keys keys) {
    long now = signedIn.root().put(keys.put("a", "1")).getHeader().getRevision();
    Store user = signedIn.userWith("u", Permission.Type.READWRITE, keys, "a", "");
    denied(() -> user.compact(now));
    Expect.error(EtcdError.USER_EMPTY, () -> signedIn.anonymous().compact(now));
    signedIn.root().compact(now);
  }

  private static void runningWatch(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "k", "");
    try (WatchSession watch = user.watch()) {
      watch.create(keys.watch("k"));
      signedIn.accounts().revoke("u", keys.at("k").toStringUtf8(), "");
      signedIn.root().put(keys.put("k", "1"));
      Expect.equal(keys.at("k"), watch.nextEvent(0).getKv().getKey(), "key of the event");
    }
  }

  private static void watchFromBefore(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("k"));
      try (SignedIn signedIn = SignedIn.switchOn(store)) {
        signedIn.root().put(keys.put("k", "1"));
        Expect.equal(keys.at("k"), watch.nextEvent(0).getKv().getKey(), "key of the event");
      }
    }
  }

  private static void grant(SignedIn signedIn, Keys keys) {
    Expect.error(EtcdError.USER_EMPTY, () -> signedIn.anonymous().grantLease());
    signedIn.accounts().addUser("u");
    signedIn.root().revoke(signedIn.as("u").grantLease());
  }

  private static void revoke(SignedIn signedIn, Keys keys) {
    Store reader = signedIn.userWith("r", Permission.Type.READ, keys, "k", "");
    Store writer = signedIn.userWith("w", Permission.Type.WRITE, keys, "k", "");
    long lease = signedIn.root().grantLease();
    signedIn.root().put(keys.put("k", "1").setLease(lease));
    denied(() -> reader.revoke(lease));
    Expect.isTrue(signedIn.root().holds(keys.at("k")), "the key is there");
    writer.revoke(lease);
    Expect.isFalse(signedIn.root().holds(keys.at("k")), "the key is there after the revocation");
  }

  private static void renew(SignedIn signedIn, Keys keys) {
    Store reader = signedIn.userWith("r", Permission.Type.READ, keys, "k", "");
    Store writer = signedIn.userWith("w", Permission.Type.WRITE, keys, "k", "");
    long lease = signedIn.root().grantLease();
    signedIn.root().put(keys.put("k", "1").setLease(lease));
    try (KeepAlive stream = reader.keepAlive()) {
      stream.send(lease);
      stream.halfClose();
      Status end = stream.end(Duration.ofSeconds(60));
      Expect.equal(Status.Code.PERMISSION_DENIED, end.getCode(), "end of the stream");
      Expect.equal(
          EtcdError.PERMISSION_DENIED.message(), String.valueOf(end.getDescription()), "text");
    }
    try (KeepAlive stream = writer.keepAlive()) {
      Expect.equal(600, stream.renew(lease), "TTL");
    }
    signedIn.root().revoke(lease);
  }

  private static void timeToLive(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUser("nothing");
    Store stranger = signedIn.as("nothing");
    Store reader = signedIn.userWith("r", Permission.Type.READ, keys, "k", "");
    long lease = signedIn.root().grantLease();
    signedIn.root().put(keys.put("k", "1").setLease(lease));
    stranger.lease().leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build());
    denied(() -> stranger.timeToLive(lease));
    Expect.equal(List.of("k"), reader.keysOf(lease, keys), "keys");
    Expect.error(EtcdError.USER_EMPTY, () -> signedIn.anonymous().timeToLive(lease));
    signedIn.root().revoke(lease);
  }

  private static void leases(SignedIn signedIn, Keys keys) {
    Store one = signedIn.userWith("one", Permission.Type.READ, keys, "a", "");
    Store both = signedIn.userWith("both", Permission.Type.READ, keys, "a", "c");
    long first = signedIn.root().grantLease();
    long second = signedIn.root().grantLease();
    signedIn.root().put(keys.put("a", "1").setLease(first));
    signedIn.root().put(keys.put("b", "1").setLease(second));
    denied(() -> one.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()));
    var listed =
        both.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
            .map(LeaseStatus::getID)
            .toList();
    Expect.isTrue(listed.containsAll(List.of(first, second)), "both are in " + listed);
    signedIn.root().revoke(first);
    signedIn.root().revoke(second);
  }

  private static void administration(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUser("u");
    Store user = signedIn.as("u");
    List<Runnable> open =
        List.of(
            user::memberList,
            user::status,
            () -> new Alarms(user).call(AlarmAction.GET, 0, AlarmType.NONE));
    open.forEach(Runnable::run);
    Store anonymous = signedIn.anonymous();
    for (Runnable call :
        List.<Runnable>of(
            anonymous::memberList,
            anonymous::status,
            () -> new Alarms(anonymous).call(AlarmAction.GET, 0, AlarmType.NONE),
            () -> anonymous.hashKv(0))) {
      Expect.error(EtcdError.USER_EMPTY, call);
    }
    denied(
        () ->
            user.cluster()
                .memberAdd(MemberAddRequest.newBuilder().addPeerURLs("http://127.0.0.1:1").build()),
        () -> user.cluster().memberRemove(MemberRemoveRequest.newBuilder().setID(1).build()),
        () -> new Alarms(user).activate(1, AlarmType.NOSPACE),
        () -> new Alarms(user).deactivate(1, AlarmType.NOSPACE),
        () -> user.maintenance().defragment(DefragmentRequest.getDefaultInstance()),
        () -> user.maintenance().hash(HashRequest.getDefaultInstance()),
        () -> user.hashKv(0),
        () -> user.maintenance().moveLeader(MoveLeaderRequest.newBuilder().setTargetID(1).build()));
  }

  private static void oneself(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUserWithRole("u");
    signedIn.accounts().addUserWithRole("v");
    var user = new Accounts(signedIn.as("u"));
    Expect.equal(List.of("u"), user.rolesOf("u"), "own roles");
    user.role("u");
    denied(() -> user.rolesOf("v"), () -> user.role("v"), user::users, user::roles);
  }

  private static void ownPassword(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUser("u");
    var user = new Accounts(signedIn.as("u"));
    denied(() -> user.changePassword("u", "new"));
    signedIn.as("u");
  }

  private static void status(SignedIn signedIn, Keys keys) {
    Expect.isTrue(new Accounts(signedIn.anonymous()).status().getEnabled(), "enabled");
  }

  private static void expiry(SignedIn signedIn, Keys keys) {
    long lease = signedIn.root().grantLease(0, 5).getID();
    signedIn.root().put(keys.put("k", "1").setLease(lease));
    Calls.until("the key is gone", () -> !signedIn.root().holds(keys.at("k")));
  }

  private static void corrupt(SignedIn signedIn, Keys keys) {
    var alarms = new Alarms(signedIn.root());
    alarms.activate(4242, AlarmType.CORRUPT);
    Expect.error(EtcdError.CORRUPT, () -> signedIn.anonymous().put(keys.put("k", "1")));
    alarms.deactivate(4242, AlarmType.CORRUPT);
    Expect.error(EtcdError.USER_EMPTY, () -> signedIn.anonymous().put(keys.put("k", "1")));
  }

  private static void emptyKey(SignedIn signedIn, Keys keys) {
    Expect.error(EtcdError.EMPTY_KEY, () -> signedIn.anonymous().put(PutRequest.newBuilder()));
  }

  private static void lock(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUserWithRole("u");
    signedIn.accounts().grant("u", Permission.Type.READWRITE, keys.at("name/"), keys.at("name0"));
    Store user = signedIn.as("u");
    ByteString held = lock(user, keys.at("name"));
    Expect.isTrue(held.startsWith(keys.at("name/")), "the key is below the name");
    Expect.errorText(
        Status.Code.UNKNOWN,
        EtcdError.PERMISSION_DENIED.message(),
        () -> lock(user, keys.at("other")));
  }

  private static ByteString lock(Store store, ByteString name) {
    return LockGrpc.newBlockingStub(store.channel())
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .lock(LockRequest.newBuilder().setName(name).build())
        .getKey();
  }
}
