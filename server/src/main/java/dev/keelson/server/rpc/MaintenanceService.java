package dev.keelson.server.rpc;

import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmResponse;
import dev.keelson.api.etcdserverpb.DefragmentRequest;
import dev.keelson.api.etcdserverpb.DefragmentResponse;
import dev.keelson.api.etcdserverpb.DowngradeInfo;
import dev.keelson.api.etcdserverpb.HashKVRequest;
import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.HashRequest;
import dev.keelson.api.etcdserverpb.HashResponse;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.api.etcdserverpb.MoveLeaderResponse;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.raft.Role;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.http.ApiVersions;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.rpc.CallContext.Extent;
import dev.keelson.storage.mvcc.HashOutcome;
import dev.keelson.storage.mvcc.ReadView;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** etcdserverpb.Maintenance: how this member does, and what an operator may ask of it. */
final class MaintenanceService {
  /** How often a transfer of the lead is looked after, and how long. */
  private static final int TRANSFER_POLL_MILLIS = 10;

  private static final int TRANSFER_POLLS = 700;

  private final Replica replica;
  private final Supplier<MemberTable> members;
  private final StoreInsight store;
  private final LeadershipTransfer leadership;
  private final ResponseHeaders headers;
  private final Quota quota;
  private final Supplier<List<AlarmMember>> alarms;
  private final Access access;

  MaintenanceService(RpcDependencies dependencies, ResponseHeaders headers, Access access) {
    this.replica = dependencies.replica();
    this.members = dependencies.members();
    this.store = dependencies.store();
    this.leadership = dependencies.leadership();
    this.headers = headers;
    this.quota = dependencies.quota();
    this.alarms = dependencies.alarms();
    this.access = access;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(MaintenanceGrpc.SERVICE_NAME, environment)
        .unary(
            MaintenanceGrpc.getStatusMethod(),
            StatusRequest.parser(),
            request -> true,
            this::status)
        .unary(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.parser(), this::alarm)
        .unary(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.parser(), this::hashKv)
        .unary(MaintenanceGrpc.getHashMethod(), HashRequest.parser(), this::hash)
        .unary(MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.parser(), this::defragment)
        .unary(MaintenanceGrpc.getMoveLeaderMethod(), MoveLeaderRequest.parser(), this::moveLeader)
        .build();
  }

  void status(StatusRequest request, CallContext call, Answer<StatusResponse> answer) {
    call.read(Extent.RANGE, view -> answer.success(status(view)));
  }

  private StatusResponse status(ReadView view) {
    var raft = replica.status();
    var stats = store.stats();
    var response =
        StatusResponse.newBuilder()
            .setHeader(headers.at(view.revision()))
            .setVersion(ApiVersions.SERVER)
            .setStorageVersion(ApiVersions.STORAGE)
            .setDbSize(Math.max(1, stats.bytesOnDisk())) // clients take 0 for a fault
            .setDbSizeInUse(Math.max(1, stats.bytesInUse()))
            .setDbSizeQuota(quota.reportedBytes())
            .setLeader(raft.leaderId())
            .setRaftIndex(raft.commitIndex())
            .setRaftAppliedIndex(raft.appliedIndex())
            .setRaftTerm(raft.term())
            .setIsLearner(raft.role() == Role.LEARNER)
            .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
    if (!raft.hasLeader()) {
      response.addErrors(EtcdError.NO_LEADER.message());
    }
    alarms.get().forEach(alarm -> response.addErrors(text(alarm)));
    return response.build();
  }

  /** Q9: the protobuf text form, whose spaces etcd does not keep stable. */
  private static String text(AlarmMember alarm) {
    return "memberID:%s alarm:%s"
        .formatted(Long.toUnsignedString(alarm.getMemberID()), alarm.getAlarm());
  }

  /** MT1: all of it goes through the log, so that the answer is that of a quorum. */
  void alarm(AlarmRequest request, CallContext call, Answer<AlarmResponse> answer) {
    access.identify(
        call,
        answer,
        session ->
            replica.propose(
                Access.sign(Command.newBuilder().setAlarm(request), session).build(),
                new OfCall<>(call, outcome -> call.resume(() -> answerAlarm(outcome, answer)))));
  }

  private void answerAlarm(Outcome<ApplyResult> outcome, Answer<AlarmResponse> answer) {
    switch (outcome) {
      case Outcome.Success<ApplyResult>(ApplyResult.AlarmDone(var revision, var found)) ->
          answer.success(
              AlarmResponse.newBuilder()
                  .setHeader(headers.at(revision))
                  .addAllAlarms(found)
                  .build());
      case Outcome.Success<ApplyResult>(ApplyResult.Refused(var error)) -> answer.fail(error);
      case Outcome.Success<ApplyResult>(var other) ->
          throw new IllegalStateException("expected the outcome of an alarm, got " + other);
      case Outcome.Failure<ApplyResult>(var error) -> answer.fail(error);
    }
  }

  void hashKv(HashKVRequest request, CallContext call, Answer<HashKVResponse> answer) {
    withHash(
        request.getRevision(),
        call,
        answer,
        hashed ->
            answer.success(
                HashKVResponse.newBuilder()
                    .setHeader(headers.at(hashed.currentRevision()))
                    .setHash((int) hashed.hash())
                    .setCompactRevision(hashed.compactRevision())
                    .setHashRevision(hashed.hashRevision())
                    .build()));
  }

  void hash(HashRequest request, CallContext call, Answer<HashResponse> answer) {
    withHash(
        0,
        call,
        answer,
        hashed ->
            answer.success(
                HashResponse.newBuilder()
                    .setHeader(headers.at(hashed.currentRevision()))
                    .setHash((int) hashed.hash())
                    .build()));
  }

  private void withHash(
      long revision, CallContext call, Answer<?> answer, Consumer<HashOutcome.Hashed> then) {
    call.read(
        Extent.RANGE,
        _ -> {
          switch (store.hashAt(revision)) {
            case HashOutcome.Hashed hashed -> then.accept(hashed);
            case HashOutcome.Compacted _ -> answer.fail(EtcdError.COMPACTED);
            case HashOutcome.Future _ -> answer.fail(EtcdError.FUTURE_REV);
          }
        });
  }

  /** The store needs none: space is given back as it goes. */
  void defragment(DefragmentRequest request, CallContext call, Answer<DefragmentResponse> answer) {
    answer.success(DefragmentResponse.getDefaultInstance());
  }

  void moveLeader(MoveLeaderRequest request, CallContext call, Answer<MoveLeaderResponse> answer) {
    long target = request.getTargetID();
    if (!replica.status().isLeader()) {
      answer.fail(EtcdError.NOT_LEADER);
    } else if (members.get().find(target).filter(member -> !member.learner()).isEmpty()) {
      answer.fail(EtcdError.BAD_LEADER_TRANSFEREE);
    } else if (target == replica.status().leaderId()) {
      answer.success(MoveLeaderResponse.getDefaultInstance());
    } else if (!leadership.request(target)) {
      answer.fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
    } else {
      awaitLeader(target, TRANSFER_POLLS, call, answer);
    }
  }

  private void awaitLeader(
      long target, int pollsLeft, CallContext call, Answer<MoveLeaderResponse> answer) {
    if (replica.status().leaderId() == target) {
      answer.success(MoveLeaderResponse.getDefaultInstance());
    } else if (pollsLeft == 0) {
      answer.fail(
          StatusCode.UNKNOWN, "etcdserver: request timed out, leader transfer took too long");
    } else {
      call.resumeAfter(
          TRANSFER_POLL_MILLIS, () -> awaitLeader(target, pollsLeft - 1, call, answer));
    }
  }
}
