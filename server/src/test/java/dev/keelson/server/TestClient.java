package dev.keelson.server;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmResponse;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.HashKVRequest;
import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.Member;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberAddResponse;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberPromoteRequest;
import dev.keelson.api.etcdserverpb.MemberPromoteResponse;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.etcdserverpb.StatusResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client of one member. */
final class TestClient implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 60;

  private final ManagedChannel connection;
  private final Channel channel;

  TestClient(int port) {
    this.connection = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    this.channel = ClientInterceptors.intercept(connection, new Steadfast());
  }

  Channel channel() {
    return channel;
  }

  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  ClusterGrpc.ClusterBlockingStub cluster() {
    return ClusterGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  LeaseGrpc.LeaseBlockingStub leases() {
    return LeaseGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  MemberAddResponse addMember(String peerUrl, boolean learner) {
    return cluster()
        .memberAdd(
            MemberAddRequest.newBuilder().addPeerURLs(peerUrl).setIsLearner(learner).build());
  }

  MemberRemoveResponse removeMember(long id) {
    return cluster().memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
  }

  MemberPromoteResponse promoteMember(long id) {
    return cluster().memberPromote(MemberPromoteRequest.newBuilder().setID(id).build());
  }

  List<Member> members() {
    return cluster()
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList();
  }

  /** The revision of the put. */
  long put(String key, String value) {
    return kv().put(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build())
        .getHeader()
        .getRevision();
  }

  String get(String key) {
    var response = range(key, false);
    return response.getKvsCount() == 0 ? "" : response.getKvs(0).getValue().toStringUtf8();
  }

  RangeResponse range(String key, boolean serializable) {
    return kv().range(
            RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setSerializable(serializable)
                .build());
  }

  StatusResponse status() {
    return maintenance().status(StatusRequest.getDefaultInstance());
  }

  HashKVResponse hash(long revision) {
    return maintenance().hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  void delete(String key) {
    kv().deleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
  }

  void compact(long revision) {
    kv().compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
  }

  AlarmResponse alarm(AlarmRequest.AlarmAction action, long member, AlarmType type) {
    return maintenance()
        .alarm(
            AlarmRequest.newBuilder().setAction(action).setMemberID(member).setAlarm(type).build());
  }

  boolean isLeader() {
    var status = status();
    return status.getLeader() == status.getHeader().getMemberId();
  }

  @Override
  public void close() {
    connection.shutdownNow();
  }
}
