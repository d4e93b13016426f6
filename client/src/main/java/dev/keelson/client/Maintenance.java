package dev.keelson.client;

import dev.keelson.api.etcdserverpb.DefragmentRequest;
import dev.keelson.api.etcdserverpb.HashKVRequest;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.etcdserverpb.StatusResponse;
import java.util.List;

/** What is asked of one member, named by its endpoint. Thread-safe. */
public final class Maintenance {
  private final Calls calls;

  Maintenance(Calls calls) {
    this.calls = calls;
  }

  /** The endpoints that the client uses now. */
  public List<String> endpoints() {
    return calls.pool().all().stream().map(Endpoint::name).toList();
  }

  /** What the member says of itself; answered without a leader too. */
  public MemberStatus status(String endpoint) {
    return calls.await(
        new Call<>(
                MaintenanceGrpc.getStatusMethod(),
                StatusRequest.getDefaultInstance(),
                CallKind.LOCAL_READ,
                calls.config().timing().call(),
                null,
                Maintenance::status)
            .at(endpoint));
  }

  /** A hash over the member's keys and history at a revision: equal on all members. */
  public long hash(String endpoint, long revision) {
    return calls.await(
        new Call<>(
                MaintenanceGrpc.getHashKVMethod(),
                HashKVRequest.newBuilder().setRevision(revision).build(),
                CallKind.LOCAL_READ,
                calls.config().timing().call(),
                null,
                response -> Integer.toUnsignedLong(response.getHash()))
            .at(endpoint));
  }

  /** Gives space that compaction freed back to the file system. */
  public void defragment(String endpoint) {
    boolean unused =
        calls.await(
            new Call<>(
                    MaintenanceGrpc.getDefragmentMethod(),
                    DefragmentRequest.getDefaultInstance(),
                    CallKind.REPEATABLE_WRITE,
                    calls.config().timing().call(),
                    null,
                    response -> true)
                .at(endpoint));
  }

  /** Has the leader, whose endpoint this is, hand over to another member. */
  public void moveLeader(String endpoint, long toMember) {
    boolean unused =
        calls.await(
            new Call<>(
                    MaintenanceGrpc.getMoveLeaderMethod(),
                    MoveLeaderRequest.newBuilder().setTargetID(toMember).build(),
                    CallKind.WRITE,
                    calls.config().timing().call(),
                    null,
                    response -> true)
                .at(endpoint));
  }

  private static MemberStatus status(StatusResponse response) {
    return new MemberStatus(
        response.getHeader().getMemberId(),
        response.getVersion(),
        response.getLeader(),
        response.getRaftTerm(),
        response.getRaftIndex(),
        response.getHeader().getRevision(),
        new MemberStatus.Details(
            response.getRaftAppliedIndex(),
            response.getDbSize(),
            response.getDbSizeInUse(),
            response.getIsLearner(),
            response.getErrorsList()));
  }
}
