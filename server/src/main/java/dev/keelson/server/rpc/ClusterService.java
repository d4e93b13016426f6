package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberListResponse;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import io.grpc.ServerServiceDefinition;
import java.util.function.Supplier;

/** etcdserverpb.Cluster, as far as it tells who the members are. */
final class ClusterService {
  private final Replica replica;
  private final Supplier<MemberTable> members;
  private final ResponseHeaders headers;

  ClusterService(Replica replica, Supplier<MemberTable> members, ResponseHeaders headers) {
    this.replica = replica;
    this.members = members;
    this.headers = headers;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(ClusterGrpc.SERVICE_NAME, environment)
        .unary(ClusterGrpc.getMemberListMethod(), MemberListRequest.parser(), this::memberList)
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
    var response = MemberListResponse.newBuilder().setHeader(headers.withoutRevision());
    for (var member : members.get().members()) {
      response.addMembers(wireOf(member));
    }
    return response.build();
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
