package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.v3electionpb.CampaignRequest;
import dev.keelson.api.v3electionpb.CampaignResponse;
import dev.keelson.api.v3electionpb.ElectionGrpc;
import dev.keelson.api.v3electionpb.LeaderKey;
import dev.keelson.api.v3electionpb.LeaderRequest;
import dev.keelson.api.v3electionpb.LeaderResponse;
import dev.keelson.api.v3electionpb.ProclaimRequest;
import dev.keelson.api.v3electionpb.ResignRequest;
import dev.keelson.api.v3lockpb.LockGrpc;
import dev.keelson.api.v3lockpb.LockRequest;
import dev.keelson.api.v3lockpb.LockResponse;
import dev.keelson.api.v3lockpb.UnlockRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks and elections on one whole member. */
class LockScenarioTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private TestCluster cluster;
  private TestClient client;

  @BeforeEach
  void start() throws Exception {
    cluster = new TestCluster(directory, 1).startAll();
    client = cluster.client(0);
    for (long id = 1; id <= 5; id++) {
      grant(id);
    }
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void grant(long id) {
    var request = LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build();
    assertThat(client.leases().leaseGrant(request).getID()).isEqualTo(id);
  }

  private void revoke(long id) {
    var request = LeaseRevokeRequest.newBuilder().setID(id).build();
    assertThat(client.leases().leaseRevoke(request).hasHeader()).isTrue();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static LockRequest lockRequest(String name, long lease) {
    return LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build();
  }

  private LockGrpc.LockBlockingStub locks() {
    return LockGrpc.newBlockingStub(client.channel()).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private LockResponse lock(String name, long lease) {
    return locks().lock(lockRequest(name, lease));
  }

  private Future<LockResponse> lockLater(String name, long lease) {
    var call = LockGrpc.newFutureStub(client.channel()).lock(lockRequest(name, lease));
    await().atMost(PATIENCE).until(() -> !find(name + "/" + Long.toHexString(lease)).isEmpty());
    return call;
  }

  /** One that is seen to wait, and whose client's time ends soon after. */
  private Future<LockResponse> lockUntilADeadline(String name, long lease) {
    var seen = new AtomicBoolean();
    for (long millis = 500; ; millis *= 2) { // on a busy machine its time may be too short to wait
      var call =
          LockGrpc.newFutureStub(client.channel())
              .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
              .lock(lockRequest(name, lease));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                seen.set(!find(name + "/" + Long.toHexString(lease)).isEmpty());
                return seen.get() || call.isDone();
              });
      if (seen.get()) {
        return call;
      }
    }
  }

  /** The revision of the unlock. */
  private long unlock(String key) {
    var request = UnlockRequest.newBuilder().setKey(bytes(key)).build();
    return locks().unlock(request).getHeader().getRevision();
  }

  /** Who has a lock in a revision had it no sooner (K4). */
  private static void assertHeld(Future<LockResponse> waiter, String key, long since)
      throws Exception {
    var held = waiter.get(60, TimeUnit.SECONDS);
    assertThat(held.getKey()).isEqualTo(bytes(key));
    assertThat(held.getHeader().getRevision()).isGreaterThanOrEqualTo(since);
  }

  private List<KeyValue> find(String key) {
    return client.kv().range(RangeRequest.newBuilder().setKey(bytes(key)).build()).getKvsList();
  }

  private static void assertUnknown(String text, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
            });
  }

  @Test
  @Tag("K1")
  @Tag("K3")
  @Tag("K5")
  void aLockIsAKeyOfItsLease() {
    var first = lock("name", 1);
    var again = lock("name", 1);
    grant(-9);

    assertThat(first.getKey()).isEqualTo(bytes("name/1"));
    assertThat(again).isEqualTo(first);
    assertThat(find("name/1").getFirst().getLease()).isEqualTo(1);
    assertThat(find("name/1").getFirst().getValue()).isEqualTo(ByteString.EMPTY);
    assertThat(lock("neg", -9).getKey()).isEqualTo(bytes("neg/-9"));
    assertThat(lock("", 2).getKey()).isEqualTo(bytes("/2"));
  }

  @Test
  @Tag("K2")
  void aClientWithoutALeaseGetsOne() {
    var key = lock("name", 0).getKey().toStringUtf8();
    long lease = find(key).getFirst().getLease();

    var request = LeaseTimeToLiveRequest.newBuilder().setID(lease).build();
    assertThat(client.leases().leaseTimeToLive(request).getGrantedTTL()).isEqualTo(60);
    assertThat(key).isEqualTo("name/" + Long.toHexString(lease));
  }

  @Test
  @Tag("K4")
  @Tag("LK-order")
  void waitersAreServedInTheOrderInWhichTheyCame() throws Exception {
    lock("name", 1);
    var second = lockLater("name", 2);
    var third = lockLater("name", 3);
    var fourth = lockLater("name", 4);

    assertHeld(second, "name/2", unlock("name/1"));
    unlock("name/3");
    assertHeld(fourth, "name/4", unlock("name/2"));
    assertThatThrownBy(() -> third.get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("mutex: session is expired");
  }

  @Test
  @Tag("K9")
  void theEndOfTheOwnersLeaseHandsTheLockOn() throws Exception {
    lock("name", 1);
    var second = lockLater("name", 2);

    revoke(1);

    assertThat(second.get(60, TimeUnit.SECONDS).getKey()).isEqualTo(bytes("name/2"));
  }

  @Test
  @Tag("K4")
  void aWaiterWhoseLeaseHasEndedIsToldSo() {
    lock("name", 1);
    var second = lockLater("name", 2);

    revoke(2);
    unlock("name/1");

    assertThatThrownBy(() -> second.get(60, TimeUnit.SECONDS))
        .hasMessageContaining("UNKNOWN: mutex: session is expired");
  }

  @Test
  @Tag("K6")
  void aWaiterThatGoesAwayLeavesNoKeyBehind() {
    lock("name", 1);
    var cancelled = lockLater("name", 2);
    var impatient = lockUntilADeadline("name", 3);

    assertThat(cancelled.cancel(true)).isTrue();

    await().atMost(PATIENCE).until(() -> find("name/2").isEmpty());
    assertThatThrownBy(() -> impatient.get(60, TimeUnit.SECONDS))
        .hasMessageContaining("DEADLINE_EXCEEDED");
    await().atMost(PATIENCE).until(() -> find("name/3").isEmpty());
    assertThat(find("name/1")).hasSize(1);
  }

  @Test
  @Tag("K8")
  void aNameThatBeginsAnotherQueuesBehindIt() throws Exception {
    lock("a/b", 1);
    var second = lockLater("a", 2);

    assertHeld(second, "a/2", unlock("a/b/1"));
  }

  @Test
  @Tag("K7")
  void whatIsWrongIsSaidInTheWordsOfEtcdsClient() {
    assertUnknown("etcdserver: requested lease not found", () -> lock("name", 77));
    assertUnknown("etcdserver: key is not provided", () -> unlock(""));
    assertThat(unlock("never/held")).isEqualTo(1);
  }

  // ---- Elections --------------------------------------------------------------------------------

  private ElectionGrpc.ElectionBlockingStub elections() {
    return ElectionGrpc.newBlockingStub(client.channel()).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static CampaignRequest candidacy(long lease, String value) {
    return CampaignRequest.newBuilder()
        .setName(bytes("e"))
        .setLease(lease)
        .setValue(bytes(value))
        .build();
  }

  private CampaignResponse campaign(long lease, String value) {
    return elections().campaign(candidacy(lease, value));
  }

  private KeyValue leader() {
    return elections().leader(LeaderRequest.newBuilder().setName(bytes("e")).build()).getKv();
  }

  private void proclaim(LeaderKey leader, String value) {
    var request = ProclaimRequest.newBuilder().setLeader(leader).setValue(bytes(value)).build();
    assertThat(elections().proclaim(request).hasHeader()).isTrue();
  }

  private void resign(LeaderKey leader) {
    var request = ResignRequest.newBuilder().setLeader(leader).build();
    assertThat(elections().resign(request).hasHeader()).isTrue();
  }

  @Test
  @Tag("E1")
  @Tag("E2")
  @Tag("E6")
  void aCandidateWinsAndMayChangeItsValue() {
    assertUnknown("election: no leader", this::leader);
    var won = campaign(1, "x");
    assertThat(won.getLeader().getRev()).isEqualTo(leader().getCreateRevision());
    assertThat(won.getLeader().getKey()).isEqualTo(bytes("e/1"));
    assertThat(leader().getValue()).isEqualTo(bytes("x"));

    assertThat(campaign(1, "y").getLeader()).isEqualTo(won.getLeader());
    long revision = leader().getModRevision();
    assertThat(leader().getValue()).isEqualTo(bytes("y"));
    assertThat(campaign(1, "y").getLeader()).isEqualTo(won.getLeader());
    assertThat(leader().getModRevision()).isEqualTo(revision);
  }

  @Test
  @Tag("E4")
  @Tag("E5")
  void onlyTheLeaderProclaimsAndResigns() throws Exception {
    var first = campaign(1, "x").getLeader();
    var next = ElectionGrpc.newFutureStub(client.channel()).campaign(candidacy(2, "z"));
    var wrong = first.toBuilder().setRev(99).build();
    await().atMost(PATIENCE).until(() -> !find("e/2").isEmpty());

    assertUnknown("election: not leader", () -> proclaim(wrong, "no"));
    resign(wrong);
    assertThat(leader().getValue()).isEqualTo(bytes("x"));
    proclaim(first, "y");
    assertThat(leader().getValue()).isEqualTo(bytes("y"));
    resign(first);
    resign(first);

    assertThat(next.get(60, TimeUnit.SECONDS).getLeader().getKey()).isEqualTo(bytes("e/2"));
    assertThat(leader().getValue()).isEqualTo(bytes("z"));
    assertUnknown(
        "\"leader\" field must be provided",
        () -> elections().proclaim(ProclaimRequest.getDefaultInstance()));
    assertUnknown(
        "\"leader\" field must be provided",
        () -> elections().resign(ResignRequest.getDefaultInstance()));
  }

  @Test
  @Tag("E3")
  void aCandidateThatGoesAwayLeavesNoKeyBehind() {
    campaign(1, "x");
    var waiting = ElectionGrpc.newFutureStub(client.channel()).campaign(candidacy(2, "z"));
    await().atMost(PATIENCE).until(() -> !find("e/2").isEmpty());

    assertThat(waiting.cancel(true)).isTrue();

    await().atMost(PATIENCE).until(() -> find("e/2").isEmpty());
  }

  @Test
  @Tag("E7")
  void observersHearEveryProclamationAndTheNextLeader() {
    var seen = new CopyOnWriteArrayList<String>();
    ElectionGrpc.newStub(client.channel())
        .observe(LeaderRequest.newBuilder().setName(bytes("e")).build(), new Observer(seen));
    var expected = new ArrayList<String>();

    var first = campaign(1, "0").getLeader();
    expected.add("0");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).isEqualTo(expected));
    for (int i = 1; i <= 300; i++) {
      proclaim(first, Integer.toString(i));
      expected.add(Integer.toString(i));
    }
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).isEqualTo(expected));
    resign(first);
    campaign(2, "next");
    expected.add("next");

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).isEqualTo(expected));
  }

  private record Observer(List<String> seen) implements StreamObserver<LeaderResponse> {
    @Override
    public void onNext(LeaderResponse response) {
      seen.add(response.getKv().getValue().toStringUtf8());
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {}
  }
}
