package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.StatusCode;
import dev.keelson.api.v3lockpb.LockGrpc;
import dev.keelson.api.v3lockpb.LockRequest;
import dev.keelson.api.v3lockpb.LockResponse;
import dev.keelson.api.v3lockpb.UnlockRequest;
import dev.keelson.api.v3lockpb.UnlockResponse;
import io.grpc.ServerServiceDefinition;

/** v3lockpb.Lock: locks of keys, leases and watches (K1 to K9). */
final class LockService {
  private final KvService kv;
  private final SessionLeases sessions;
  private final KeyWatch watch;

  LockService(KvService kv, SessionLeases sessions, KeyWatch watch) {
    this.kv = kv;
    this.sessions = sessions;
    this.watch = watch;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(LockGrpc.SERVICE_NAME, environment)
        .unary(LockGrpc.getLockMethod(), LockRequest.parser(), this::lock)
        .unary(LockGrpc.getUnlockMethod(), UnlockRequest.parser(), this::unlock)
        .build();
  }

  void lock(LockRequest request, CallContext call, Answer<LockResponse> answer) {
    sessions.with(
        request.getLease(),
        call,
        answer,
        lease -> {
          var key = QueueKeys.key(request.getName(), lease);
          var prefix = QueueKeys.prefix(request.getName());
          kv.txn(
              QueueKeys.stand(prefix, key, ByteString.EMPTY, lease),
              call.detached(), // K6: also a client that goes meanwhile leaves no key behind
              new UnknownErrors<TxnResponse>(
                  response -> stand(prefix, key, response, call, answer), answer));
        });
  }

  private void stand(
      ByteString prefix,
      ByteString key,
      TxnResponse response,
      CallContext call,
      Answer<LockResponse> answer) {
    var standing = Standing.of(response);
    var parts = new PlaceInLine.Parts(kv, watch, call);
    var place =
        new PlaceInLine(
            parts,
            prefix,
            key,
            standing.createRevision(),
            reached -> confirm(key, reached, call, answer),
            answer);
    place.guard();
    if (standing.isFirst()) {
      place.hold();
      answer.success(LockResponse.newBuilder().setHeader(response.getHeader()).setKey(key).build());
    } else {
      place.await();
    }
  }

  /** K4: while it waited, its lease may have ended. */
  private void confirm(
      ByteString key, PlaceInLine place, CallContext call, Answer<LockResponse> answer) {
    kv.range(
        RangeRequest.newBuilder().setKey(key).build(),
        call,
        new UnknownErrors<RangeResponse>(
            found -> {
              if (found.getKvsCount() == 0) {
                answer.fail(StatusCode.UNKNOWN, "mutex: session is expired");
              } else {
                place.hold();
                answer.success(
                    LockResponse.newBuilder().setHeader(found.getHeader()).setKey(key).build());
              }
            },
            answer));
  }

  /** K7. */
  void unlock(UnlockRequest request, CallContext call, Answer<UnlockResponse> answer) {
    kv.deleteRange(
        DeleteRangeRequest.newBuilder().setKey(request.getKey()).build(),
        call,
        new UnknownErrors<DeleteRangeResponse>(
            deleted ->
                answer.success(UnlockResponse.newBuilder().setHeader(deleted.getHeader()).build()),
            answer));
  }
}
