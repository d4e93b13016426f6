package dev.keelson.client;

import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseOp;

/** Writes one key. Each method gives a changed copy. */
public final class Put extends Op<PutResult> {
  private final PutRequest request;

  private Put(PutRequest request) {
    this.request = request;
  }

  public static Put of(Bytes key, Bytes value) {
    return new Put(
        PutRequest.newBuilder().setKey(key.toByteString()).setValue(value.toByteString()).build());
  }

  public static Put of(String key, String value) {
    return of(Bytes.of(key), Bytes.of(value));
  }

  /** Changes the key's lease and keeps its value; fails when there is no such key. */
  public static Put keepingValue(Bytes key, long lease) {
    return new Put(
        PutRequest.newBuilder()
            .setKey(key.toByteString())
            .setIgnoreValue(true)
            .setLease(lease)
            .build());
  }

  /** The key ends with this lease. Without it a put detaches the key from any lease. */
  public Put withLease(long lease) {
    return new Put(request.toBuilder().setLease(lease).build());
  }

  /** The key keeps the lease that it has; fails when there is no such key. */
  public Put keepingLease() {
    return new Put(request.toBuilder().setIgnoreLease(true).build());
  }

  /** Answers what the key held before, too. */
  public Put withPrevious() {
    return new Put(request.toBuilder().setPrevKv(true).build());
  }

  PutRequest message(Namespace namespace) {
    return namespace.outward(request);
  }

  static PutResult result(PutResponse response, Namespace namespace) {
    return new PutResult(
        response.getHeader().getRevision(),
        response.hasPrevKv() ? namespace.inward(response.getPrevKv()) : null);
  }

  @Override
  RequestOp request(Namespace namespace) {
    return RequestOp.newBuilder().setRequestPut(message(namespace)).build();
  }

  @Override
  PutResult result(ResponseOp response, Namespace namespace) {
    return result(response.getResponsePut(), namespace);
  }

  @Override
  boolean isRead() {
    return false;
  }
}
