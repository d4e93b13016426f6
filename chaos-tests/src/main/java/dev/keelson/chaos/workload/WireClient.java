package dev.keelson.chaos.workload;

import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.HashKVRequest;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.v3lockpb.LockGrpc;
import dev.keelson.api.v3lockpb.LockRequest;
import dev.keelson.api.v3lockpb.UnlockRequest;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One connection to one member. Nothing is ever tried again: what became of a call that failed is
 * for the checkers to find out.
 */
public final class WireClient implements AutoCloseable {
  private final ManagedChannel channel;

  private WireClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * @param endpoint {@code host:port}
   */
  public static WireClient connect(String endpoint) {
    return new WireClient(
        NettyChannelBuilder.forTarget(endpoint)
            .usePlaintext()
            .disableRetry()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build());
  }

  ManagedChannel channel() {
    return channel;
  }

  /** After a member came back: without waiting for what a failed attempt imposes. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  /** Calls, waits so long at most, and tells how it ended in the classes of reliability 1.3. */
  public Outcome call(Request request, Duration patience) {
    try {
      return switch (request) {
        case Request.Kv kv -> kv(kv, patience);
        case Request.Compact(long revision) -> {
          var answer =
              kv(patience).compact(CompactionRequest.newBuilder().setRevision(revision).build());
          yield ok(answer.getHeader(), new Response.Compact(answer.getHeader().getRevision()));
        }
        case Request.Lock lock -> {
          var answer =
              LockGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
                  .lock(
                      LockRequest.newBuilder()
                          .setName(Wire.bytes(lock.name()))
                          .setLease(lock.lease())
                          .build());
          long revision = answer.getHeader().getRevision();
          yield ok(answer.getHeader(), new Response.Lock(revision, Wire.bytes(answer.getKey())));
        }
        case Request.Unlock unlock -> {
          var answer =
              LockGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
                  .unlock(UnlockRequest.newBuilder().setKey(Wire.bytes(unlock.key())).build());
          yield ok(answer.getHeader(), new Response.Unlock(answer.getHeader().getRevision()));
        }
        case Request.HashKv(long revision) -> hash(revision, patience);
        case Request.Status() -> status(patience);
        case Request.LeaseGrant _,
            Request.LeaseKeepAlive _,
            Request.LeaseRevoke _,
            Request.LeaseTimeToLive _ ->
            lease(request, patience);
        case Request.Membership _ -> throw new IllegalArgumentException("not by this client");
      };
    } catch (StatusRuntimeException e) {
      return failure(e.getStatus());
    }
  }

  private Outcome kv(Request.Kv request, Duration patience) {
    return switch (request) {
      case Request.Put put -> {
        var answer = kv(patience).put(Wire.put(put));
        yield ok(answer.getHeader(), Wire.put(answer));
      }
      case Request.Range range -> {
        var answer = kv(patience).range(Wire.range(range));
        yield ok(answer.getHeader(), Wire.range(answer));
      }
      case Request.Delete delete -> {
        var answer = kv(patience).deleteRange(Wire.delete(delete));
        yield ok(answer.getHeader(), Wire.delete(answer));
      }
      case Request.Txn txn -> {
        var answer = kv(patience).txn(Wire.txn(txn));
        yield ok(answer.getHeader(), Wire.txn(answer));
      }
    };
  }

  private Outcome lease(Request request, Duration patience) {
    var stub =
        LeaseGrpc.newBlockingStub(channel)
            .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
    return switch (request) {
      case Request.LeaseGrant grant -> {
        var answer =
            stub.leaseGrant(
                LeaseGrantRequest.newBuilder()
                    .setID(grant.lease())
                    .setTTL(grant.ttlSeconds())
                    .build());
        long revision = answer.getHeader().getRevision();
        yield ok(
            answer.getHeader(), new Response.LeaseGrant(revision, answer.getID(), answer.getTTL()));
      }
      case Request.LeaseRevoke(long lease) -> {
        var answer = stub.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
        yield ok(answer.getHeader(), new Response.LeaseRevoke(answer.getHeader().getRevision()));
      }
      case Request.LeaseTimeToLive(long lease) -> {
        var answer =
            stub.leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build());
        yield ok(
            answer.getHeader(),
            new Response.LeaseTimeToLive(
                answer.getHeader().getRevision(),
                answer.getTTL(),
                answer.getGrantedTTL(),
                answer.getKeysList().stream().map(Wire::bytes).toList()));
      }
      case Request.LeaseKeepAlive(long lease) -> keepAlive(lease, patience);
      default -> throw new IllegalArgumentException("no call of leases: " + request);
    };
  }

  private Outcome keepAlive(long lease, Duration patience) {
    var answered = new CompletableFuture<LeaseKeepAliveResponse>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(channel)
            .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse answer) {
                    answered.complete(answer);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answered.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    answered.completeExceptionally(Status.CANCELLED.asRuntimeException());
                  }
                });
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    requests.onCompleted();
    try {
      LeaseKeepAliveResponse answer = answered.get(2 * patience.toMillis(), TimeUnit.MILLISECONDS);
      return ok(
          answer.getHeader(),
          new Response.LeaseKeepAlive(answer.getHeader().getRevision(), answer.getTTL()));
    } catch (ExecutionException e) {
      return failure(Status.fromThrowable(e));
    } catch (TimeoutException e) {
      return new Outcome.Indefinite("no answer and no end");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Indefinite("interrupted");
    }
  }

  private Outcome hash(long revision, Duration patience) {
    var answer =
        maintenance(patience).hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
    return ok(
        answer.getHeader(),
        new Response.HashKv(
            answer.getHeader().getRevision(),
            answer.getHashRevision(),
            answer.getHash(),
            answer.getCompactRevision()));
  }

  private Outcome status(Duration patience) {
    var answer = maintenance(patience).status(StatusRequest.getDefaultInstance());
    return ok(
        answer.getHeader(),
        new Response.Status(
            answer.getHeader().getRevision(), answer.getLeader(), answer.getRaftIndex()));
  }

  private KVGrpc.KVBlockingStub kv(Duration patience) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private MaintenanceGrpc.MaintenanceBlockingStub maintenance(Duration patience) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Outcome ok(ResponseHeader header, Response response) {
    return new Outcome.Ok(header.getMemberId(), header.getRaftTerm(), response);
  }

  /** NOSPACE may come after the proposal was applied (Q6), so that it is no definite end. */
  private static Outcome failure(Status status) {
    String reason = status.getCode() + ": " + status.getDescription();
    if (reason.contains("too many requests")) {
      return new Outcome.Definite(reason);
    }
    return switch (status.getCode()) {
      case INVALID_ARGUMENT,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          NOT_FOUND,
          OUT_OF_RANGE,
          FAILED_PRECONDITION,
          UNIMPLEMENTED ->
          new Outcome.Definite(reason);
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          ALREADY_EXISTS,
          RESOURCE_EXHAUSTED,
          ABORTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          new Outcome.Indefinite(reason);
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
