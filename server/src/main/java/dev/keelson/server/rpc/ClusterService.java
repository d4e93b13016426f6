package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberAddResponse;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberListResponse;
import dev.keelson.api.etcdserverpb.MemberPromoteRequest;
import dev.keelson.api.etcdserverpb.MemberPromoteResponse;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveResponse;
import dev.keelson.api.etcdserverpb.MemberUpdateRequest;
import dev.keelson.api.etcdserverpb.MemberUpdateResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.cluster.ClusterBirth;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberPlan;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.PeerUrls;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** etcdserverpb.Cluster: who the members are, and changes of them. */
final class ClusterService {
  private final Replica replica;
  private final Supplier<MemberTable> members;
  private final LongSupplier epochSeconds;
  private final MemberChanges changes;
  private final ResponseHeaders headers;

  ClusterService(RpcDependencies dependencies, ResponseHeaders headers, Access access) {
    this.replica = dependencies.replica();
    this.members = dependencies.members();
    this.epochSeconds = dependencies.reconfiguration().epochSeconds();
    this.changes = new MemberChanges(replica, members, dependencies.reconfiguration(), access);
    this.headers = headers;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(ClusterGrpc.SERVICE_NAME, environment)
        .unary(ClusterGrpc.getMemberListMethod(), MemberListRequest.parser(), this::memberList)
        .unary(ClusterGrpc.getMemberAddMethod(), MemberAddRequest.parser(), this::memberAdd)
        .unary(
            ClusterGrpc.getMemberRemoveMethod(), MemberRemoveRequest.parser(), this::memberRemove)
        .unary(
            ClusterGrpc.getMemberUpdateMethod(), MemberUpdateRequest.parser(), this::memberUpdate)
        .unary(
            ClusterGrpc.getMemberPromoteMethod(),
            MemberPromoteRequest.parser(),
            this::memberPromote)
        .build();
  }

  void memberList(MemberListRequest request, CallContext call, Answer<MemberListResponse> answer) {
    if (!request.getLinearizable()) {
      answer.success(list());
      return;
    }
    replica.awaitReadIndex(
        outcome ->
            call.resume(
                () -> {
                  switch (outcome) {
                    case Outcome.Success<Long> _ -> answer.success(list());
                    case Outcome.Failure<Long>(var error) -> answer.fail(error);
                  }
                }));
  }

  private MemberListResponse list() {
    return MemberListResponse.newBuilder()
        .setHeader(headers.withoutRevision())
        .addAllMembers(wireOf(members.get()))
        .build();
  }

  void memberAdd(MemberAddRequest request, CallContext call, Answer<MemberAddResponse> answer) {
    var urls = PeerUrls.parse(request.getPeerURLsList());
    if (urls.isEmpty()) {
      answer.fail(EtcdError.MEMBER_BAD_UR_LS);
      return;
    }
    // MB1: the time makes the id another one than that of a former member at the same place.
    long id = ClusterBirth.memberId(urls.get(), Long.toString(epochSeconds.getAsLong()));
    var added = new Member(id, "", urls.get(), List.of(), request.getIsLearner());
    changes.make(
        new MemberPlan.Add(added),
        call,
        answer,
        table ->
            MemberAddResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .setMember(wireOf(added))
                .addAllMembers(wireOf(table))
                .build());
  }

  void memberRemove(
      MemberRemoveRequest request, CallContext call, Answer<MemberRemoveResponse> answer) {
    changes.make(
        new MemberPlan.Remove(request.getID()),
        call,
        answer,
        table ->
            MemberRemoveResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(wireOf(table))
                .build());
  }

  void memberUpdate(
      MemberUpdateRequest request, CallContext call, Answer<MemberUpdateResponse> answer) {
    var urls = PeerUrls.parse(request.getPeerURLsList());
    if (urls.isEmpty()) {
      answer.fail(EtcdError.MEMBER_BAD_UR_LS);
      return;
    }
    changes.make(
        new MemberPlan.Update(request.getID(), urls.get()),
        call,
        answer,
        table ->
            MemberUpdateResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(wireOf(table))
                .build());
  }

  void memberPromote(
      MemberPromoteRequest request, CallContext call, Answer<MemberPromoteResponse> answer) {
    changes.make(
        new MemberPlan.Promote(request.getID()),
        call,
        answer,
        table ->
            MemberPromoteResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(wireOf(table))
                .build());
  }

  private static List<dev.keelson.api.etcdserverpb.Member> wireOf(MemberTable table) {
    return table.members().stream().map(ClusterService::wireOf).toList();
  }

  private static dev.keelson.api.etcdserverpb.Member wireOf(Member member) {
    return dev.keelson.api.etcdserverpb.Member.newBuilder()
        .setID(member.id())
        .setName(member.name())
        .addAllPeerURLs(member.peerUrls())
        .addAllClientURLs(member.clientUrls())
        .setIsLearner(member.learner())
        .build();
  }
}
