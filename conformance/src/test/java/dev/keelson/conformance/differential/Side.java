package dev.keelson.conformance.differential;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Message;
import dev.keelson.api.etcdserverpb.HashKVRequest;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Store;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One of the two servers, asked without waiting. */
final class Side implements AutoCloseable {
  private static final long CALL_SECONDS = 60;

  private final Store store;
  private final KeepAlive keepAlive;
  private final WatchTranscript watch;

  Side(Store store) {
    this.store = store;
    this.keepAlive = store.keepAlive();
    this.watch = new WatchTranscript(store.watch());
  }

  Store store() {
    return store;
  }

  KeepAlive keepAlive() {
    return keepAlive;
  }

  WatchTranscript watch() {
    return watch;
  }

  ListenableFuture<? extends Message> ask(Command.Unary command) {
    return switch (command) {
      case Command.Range(var request) -> kv().range(request);
      case Command.Put(var request) -> kv().put(request);
      case Command.Delete(var request) -> kv().deleteRange(request);
      case Command.Transaction(var request) -> kv().txn(request);
      case Command.Compact(var request) -> kv().compact(request);
      case Command.Hash() -> maintenance().hashKV(HashKVRequest.getDefaultInstance());
      case Command.Grant(var request) -> lease().leaseGrant(request);
      case Command.Revoke(long id) ->
          lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
      case Command.TimeToLive(long id, boolean keys) ->
          lease()
              .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build());
      case Command.Leases() -> lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance());
    };
  }

  /** A message, or the error as text. */
  static Object answer(ListenableFuture<? extends Message> call) {
    try {
      return call.get(2 * CALL_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        return status.getStatus().getCode() + " " + status.getStatus().getDescription();
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("a call outlived its deadline", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    keepAlive.close();
    watch.close();
  }

  private KVGrpc.KVFutureStub kv() {
    return KVGrpc.newFutureStub(store.channel()).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  private LeaseGrpc.LeaseFutureStub lease() {
    return LeaseGrpc.newFutureStub(store.channel())
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  private MaintenanceGrpc.MaintenanceFutureStub maintenance() {
    return MaintenanceGrpc.newFutureStub(store.channel())
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }
}
