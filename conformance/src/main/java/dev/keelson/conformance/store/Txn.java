package dev.keelson.conformance.store;

import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import java.util.List;

/** A transaction written as it is read: when, then, otherwise. */
public final class Txn {
  private final TxnRequest.Builder request = TxnRequest.newBuilder();

  public Txn when(Compare... compares) {
    request.addAllCompare(List.of(compares));
    return this;
  }

  public Txn then(RequestOp... ops) {
    return then(List.of(ops));
  }

  public Txn then(List<RequestOp> ops) {
    request.addAllSuccess(ops);
    return this;
  }

  public Txn otherwise(RequestOp... ops) {
    request.addAllFailure(List.of(ops));
    return this;
  }

  public TxnRequest request() {
    return request.build();
  }

  public static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  public static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  public static RequestOp op(DeleteRangeRequest.Builder delete) {
    return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
  }

  public static RequestOp op(Txn nested) {
    return RequestOp.newBuilder().setRequestTxn(nested.request()).build();
  }
}
