package dev.keelson.client;

import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.Member;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberPromoteRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import java.util.List;

/** Who belongs to the cluster. Thread-safe. */
public final class Cluster {
  private final Calls calls;

  Cluster(Calls calls) {
    this.calls = calls;
  }

  /** The members, as of now. */
  public List<ClusterMember> members() {
    return calls.await(
        new Call<>(
            ClusterGrpc.getMemberListMethod(),
            MemberListRequest.newBuilder().setLinearizable(true).build(),
            CallKind.LINEARIZABLE_READ,
            calls.config().timing().call(),
            null,
            response -> members(response.getMembersList())));
  }

  /** Announces a member, which is started afterwards; what the cluster calls it. */
  public ClusterMember add(List<String> peerUrls, boolean learner) {
    return calls.await(
        new Call<>(
            ClusterGrpc.getMemberAddMethod(),
            MemberAddRequest.newBuilder().addAllPeerURLs(peerUrls).setIsLearner(learner).build(),
            CallKind.WRITE,
            calls.config().timing().call(),
            null,
            response -> member(response.getMember())));
  }

  /** Makes a learner a voter; fails while it has not caught up. */
  public List<ClusterMember> promote(long member) {
    return calls.await(
        new Call<>(
            ClusterGrpc.getMemberPromoteMethod(),
            MemberPromoteRequest.newBuilder().setID(member).build(),
            CallKind.WRITE,
            calls.config().timing().call(),
            null,
            response -> members(response.getMembersList())));
  }

  /** Takes a member out, for good. */
  public List<ClusterMember> remove(long member) {
    return calls.await(
        new Call<>(
            ClusterGrpc.getMemberRemoveMethod(),
            MemberRemoveRequest.newBuilder().setID(member).build(),
            CallKind.WRITE,
            calls.config().timing().call(),
            null,
            response -> members(response.getMembersList())));
  }

  private static List<ClusterMember> members(List<Member> members) {
    return members.stream().map(Cluster::member).toList();
  }

  private static ClusterMember member(Member member) {
    return new ClusterMember(
        member.getID(),
        member.getName(),
        member.getPeerURLsList(),
        member.getClientURLsList(),
        member.getIsLearner());
  }
}
