package dev.keelson.server.rpc;

import static dev.keelson.server.rpc.KvServiceTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.DefragmentRequest;
import dev.keelson.api.etcdserverpb.DowngradeRequest;
import dev.keelson.api.etcdserverpb.HashKVRequest;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.Member;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberUpdateRequest;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Role;
import dev.keelson.storage.mvcc.HashOutcome;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class OtherServicesTest {
  private final TestPort port = TestPort.start();
  private final Channel channel = port.channel();
  private final ClusterGrpc.ClusterBlockingStub cluster = ClusterGrpc.newBlockingStub(channel);
  private final MaintenanceGrpc.MaintenanceBlockingStub maintenance =
      MaintenanceGrpc.newBlockingStub(channel);
  private final HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);

  @AfterEach
  void close() {
    port.close();
    await().until(() -> port.store.openViews() == 0);
  }

  @Test
  @Tag("case-16")
  void memberListHasEveryMemberAndNoRevision() {
    var response = cluster.memberList(MemberListRequest.getDefaultInstance());

    assertThat(response.getHeader())
        .isEqualTo(
            ResponseHeader.newBuilder()
                .setClusterId(TestPort.CLUSTER)
                .setMemberId(FakeReplica.MEMBER)
                .setRaftTerm(FakeReplica.TERM)
                .build());
    assertThat(response.getMembersList()).hasSize(3);
    assertThat(response.getMembers(0))
        .isEqualTo(
            Member.newBuilder()
                .setID(FakeReplica.MEMBER)
                .setName("one")
                .addPeerURLs("http://127.0.0.1:2380")
                .addClientURLs("http://c:2379")
                .build());
    assertThat(response.getMembers(2).getIsLearner()).isTrue();
    assertThat(port.replica.barriers()).isZero();
  }

  @Test
  void memberListGoesThroughTheQuorumIfAsked() {
    var linearizable = MemberListRequest.newBuilder().setLinearizable(true).build();
    assertThat(cluster.memberList(linearizable).getMembersCount()).isEqualTo(3);
    assertThat(port.replica.barriers()).isEqualTo(1);

    port.replica.failWith(EtcdError.TIMEOUT);

    assertError(EtcdError.TIMEOUT, () -> cluster.memberList(linearizable));
  }

  @Test
  void statusTellsOfLogAndStore() {
    var status = maintenance.status(StatusRequest.getDefaultInstance());

    assertThat(status.getHeader().getRevision()).isEqualTo(1);
    assertThat(status.getVersion()).isEqualTo("3.7.1");
    assertThat(status.getStorageVersion()).isEqualTo("3.7.0");
    assertThat(status.getLeader()).isEqualTo(FakeReplica.MEMBER);
    assertThat(status.getRaftTerm()).isEqualTo(FakeReplica.TERM);
    assertThat(status.getRaftIndex()).isEqualTo(42);
    assertThat(status.getRaftAppliedIndex()).isEqualTo(41);
    assertThat(status.getDbSize()).isEqualTo(4_096);
    assertThat(status.getDbSizeInUse()).isEqualTo(2_048);
    assertThat(status.getDbSizeQuota()).isEqualTo(2L << 30);
    assertThat(status.getIsLearner()).isFalse();
    assertThat(status.getErrorsList()).isEmpty();
  }

  @Test
  @Tag("Q9")
  @Tag("P2")
  void statusAnswersOnALearnerWithoutALeaderToo() {
    port.replica.become(Role.LEARNER, 0);
    port.insight.bytes = 0;

    var status = maintenance.status(StatusRequest.getDefaultInstance());

    assertThat(status.getIsLearner()).isTrue();
    assertThat(status.getErrorsList()).containsExactly("etcdserver: no leader");
    assertThat(status.getDbSize()).isPositive();
  }

  @Test
  @Tag("C13")
  @Tag("case-156")
  void hashKvAnswersTheStoresHash() {
    var hash = maintenance.hashKV(HashKVRequest.getDefaultInstance());

    assertThat(Integer.toUnsignedLong(hash.getHash())).isEqualTo(0xfffffff0L);
    assertThat(hash.getCompactRevision()).isEqualTo(-1);
    assertThat(hash.getHashRevision()).isEqualTo(1);
    assertThat(hash.getHeader().getRevision()).isEqualTo(1);

    port.insight.hash = new HashOutcome.Compacted(5, 9);
    assertError(EtcdError.COMPACTED, () -> maintenance.hashKV(HashKVRequest.getDefaultInstance()));
    port.insight.hash = new HashOutcome.Future(9);
    assertError(EtcdError.FUTURE_REV, () -> maintenance.hashKV(HashKVRequest.getDefaultInstance()));
  }

  @Test
  @Tag("Q7")
  @Tag("case-261")
  @Tag("Q9")
  @Tag("case-267")
  void alarmsAreToldInStatusAndHealth() throws Exception {
    var activate =
        AlarmRequest.newBuilder()
            .setAction(AlarmRequest.AlarmAction.ACTIVATE)
            .setMemberID(-1)
            .setAlarm(AlarmType.NOSPACE)
            .build();
    var answer = maintenance.alarm(activate);

    assertThat(answer.getHeader().getRevision()).isEqualTo(1);
    assertThat(answer.getAlarmsList()).hasSize(1);
    assertThat(maintenance.status(StatusRequest.getDefaultInstance()).getErrorsList())
        .containsExactly("memberID:18446744073709551615 alarm:NOSPACE");
    assertThat(health("/health")).isEqualTo("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}");
    assertThat(health("/health?exclude=NOSPACE")).contains("true");
    assertThat(health("/readyz")).isEqualTo("ok");
    maintenance.alarm(activate.toBuilder().setAlarm(AlarmType.CORRUPT).build());
    assertThat(health("/readyz")).contains("[-]data_corruption failed");
    assertThat(health("/health")).contains("ALARM CORRUPT");
  }

  private String health(String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.address().getPort() + path));
    try (var client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body().strip();
    }
  }

  @Test
  @Tag("Q7")
  @Tag("case-261")
  void noAlarmIsSet() {
    var get = maintenance.alarm(AlarmRequest.getDefaultInstance());
    assertThat(get.getHeader().getRevision()).isEqualTo(1);
    assertThat(get.getAlarmsCount()).isZero();

    var deactivate =
        AlarmRequest.newBuilder()
            .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
            .setAlarm(AlarmType.NOSPACE);
    assertThat(maintenance.alarm(deactivate.build()).getAlarmsCount()).isZero();
  }

  @Test
  void defragmentAnswersWithoutAHeader() {
    var response = maintenance.defragment(DefragmentRequest.getDefaultInstance());

    assertThat(response.hasHeader()).isFalse();
  }

  @Test
  @Tag("case-275")
  void onlyTheLeaderGivesItsLeadAway() {
    port.replica.become(Role.FOLLOWER, TestPort.OTHER_VOTER);

    assertError(EtcdError.NOT_LEADER, () -> maintenance.moveLeader(to(TestPort.OTHER_VOTER)));
  }

  @Test
  void leadGoesToVotersAlone() {
    assertError(
        EtcdError.BAD_LEADER_TRANSFEREE, () -> maintenance.moveLeader(to(TestPort.LEARNER)));
    assertError(EtcdError.BAD_LEADER_TRANSFEREE, () -> maintenance.moveLeader(to(99)));
    assertThat(port.transfers).isEmpty();
  }

  @Test
  void moveLeaderAnswersOnceTheOtherLeads() {
    var moved = MaintenanceGrpc.newFutureStub(channel).moveLeader(to(TestPort.OTHER_VOTER));
    await().until(() -> port.transfers.contains(TestPort.OTHER_VOTER));
    assertThat(moved.isDone()).isFalse();

    port.replica.become(Role.FOLLOWER, TestPort.OTHER_VOTER);

    await().until(moved::isDone);
    assertThat(moved.state()).isEqualTo(java.util.concurrent.Future.State.SUCCESS);
  }

  @Test
  void healthKnowsOneService() {
    assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
        .isEqualTo(ServingStatus.SERVING);
    var named = HealthCheckRequest.newBuilder().setService("etcdserverpb.KV").build();
    assertStatus(Status.Code.NOT_FOUND, "unknown service", () -> health.check(named));
    assertThat(health.watch(HealthCheckRequest.getDefaultInstance()).next().getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertThat(health.watch(named).next().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
  }

  @Test
  @Tag("P2")
  void learnerRefusesHealthAndMembers() {
    port.replica.become(Role.LEARNER, 1);

    assertError(
        EtcdError.NOT_SUPPORTED_FOR_LEARNER,
        () -> health.check(HealthCheckRequest.getDefaultInstance()));
    assertError(
        EtcdError.NOT_SUPPORTED_FOR_LEARNER,
        () -> health.watch(HealthCheckRequest.getDefaultInstance()).next());
    assertError(
        EtcdError.NOT_SUPPORTED_FOR_LEARNER,
        () -> cluster.memberList(MemberListRequest.getDefaultInstance()));
  }

  @Test
  @Tag("MB6")
  void aMemberWithoutAUsableUrlIsRefused() {
    assertError(
        EtcdError.MEMBER_BAD_UR_LS, () -> cluster.memberAdd(MemberAddRequest.getDefaultInstance()));
    for (var url : List.of("127.0.0.1:1", "http://host", "http://127.0.0.1:1/x", "ftp://h:1")) {
      assertError(
          EtcdError.MEMBER_BAD_UR_LS,
          () -> cluster.memberAdd(MemberAddRequest.newBuilder().addPeerURLs(url).build()));
      assertError(
          EtcdError.MEMBER_BAD_UR_LS,
          () -> cluster.memberUpdate(MemberUpdateRequest.newBuilder().addPeerURLs(url).build()));
    }
  }

  @Test
  void whatIsNotServedIsNamed() {
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "unknown method Downgrade for service etcdserverpb.Maintenance",
        () ->
            MaintenanceGrpc.newBlockingStub(channel)
                .downgrade(DowngradeRequest.getDefaultInstance()));
  }

  private static MoveLeaderRequest to(long target) {
    return MoveLeaderRequest.newBuilder().setTargetID(target).build();
  }

  private static void assertStatus(Status.Code code, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
            });
  }
}
