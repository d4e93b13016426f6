package dev.keelson.chaos.workload;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.List;

/** The words of histories as those of the wire, and back. */
final class Wire {
  private Wire() {}

  static ByteString bytes(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(
        bytes.backingArray(), bytes.backingOffset(), bytes.length());
  }

  static Bytes bytes(ByteString bytes) {
    return Bytes.wrap(bytes.toByteArray());
  }

  static PutRequest put(Request.Put put) {
    return PutRequest.newBuilder()
        .setKey(bytes(put.key()))
        .setValue(bytes(put.value()))
        .setLease(put.lease())
        .setPrevKv(put.previous())
        .build();
  }

  static RangeRequest range(Request.Range range) {
    ReadOptions options = range.options();
    return RangeRequest.newBuilder()
        .setKey(bytes(range.keys().from()))
        .setRangeEnd(bytes(range.keys().end()))
        .setRevision(options.revision())
        .setLimit(options.limit())
        .setSortOrder(RangeRequest.SortOrder.valueOf(options.order().name()))
        .setSortTarget(RangeRequest.SortTarget.valueOf(options.sort().name()))
        .setCountOnly(options.countOnly())
        .setKeysOnly(options.keysOnly())
        .setSerializable(options.serializable())
        .build();
  }

  static DeleteRangeRequest delete(Request.Delete delete) {
    return DeleteRangeRequest.newBuilder()
        .setKey(bytes(delete.keys().from()))
        .setRangeEnd(bytes(delete.keys().end()))
        .setPrevKv(delete.previous())
        .build();
  }

  static TxnRequest txn(Request.Txn txn) {
    var built = TxnRequest.newBuilder();
    txn.compares().forEach(compare -> built.addCompare(compare(compare)));
    txn.success().forEach(request -> built.addSuccess(operation(request)));
    txn.failure().forEach(request -> built.addFailure(operation(request)));
    return built.build();
  }

  private static RequestOp operation(Request.Kv request) {
    return switch (request) {
      case Request.Put put -> RequestOp.newBuilder().setRequestPut(put(put)).build();
      case Request.Range range -> RequestOp.newBuilder().setRequestRange(range(range)).build();
      case Request.Delete delete ->
          RequestOp.newBuilder().setRequestDeleteRange(delete(delete)).build();
      case Request.Txn txn -> RequestOp.newBuilder().setRequestTxn(txn(txn)).build();
    };
  }

  private static dev.keelson.api.etcdserverpb.Compare compare(Compare compare) {
    var built =
        dev.keelson.api.etcdserverpb.Compare.newBuilder()
            .setKey(bytes(compare.range().from()))
            .setRangeEnd(bytes(compare.range().end()))
            .setTarget(
                dev.keelson.api.etcdserverpb.Compare.CompareTarget.valueOf(compare.target().name()))
            .setResult(
                dev.keelson.api.etcdserverpb.Compare.CompareResult.valueOf(
                    compare.relation().name()));
    switch (compare.target()) {
      case VERSION -> built.setVersion(compare.number());
      case CREATE -> built.setCreateRevision(compare.number());
      case MOD -> built.setModRevision(compare.number());
      case VALUE -> built.setValue(bytes(compare.value()));
      case LEASE -> built.setLease(compare.number());
    }
    return built.build();
  }

  static Response.Put put(PutResponse put) {
    return new Response.Put(
        put.getHeader().getRevision(),
        put.hasPrevKv() ? List.of(version(put.getPrevKv())) : List.of());
  }

  static Response.Range range(RangeResponse range) {
    return new Response.Range(
        range.getHeader().getRevision(),
        versions(range.getKvsList()),
        range.getCount(),
        range.getMore());
  }

  static Response.Delete delete(DeleteRangeResponse delete) {
    return new Response.Delete(
        delete.getHeader().getRevision(), delete.getDeleted(), versions(delete.getPrevKvsList()));
  }

  static Response.Txn txn(TxnResponse txn) {
    return new Response.Txn(
        txn.getHeader().getRevision(),
        txn.getSucceeded(),
        txn.getResponsesList().stream().map(Wire::operation).toList());
  }

  private static Response.Kv operation(ResponseOp operation) {
    return switch (operation.getResponseCase()) {
      case RESPONSE_RANGE -> range(operation.getResponseRange());
      case RESPONSE_PUT -> put(operation.getResponsePut());
      case RESPONSE_DELETE_RANGE -> delete(operation.getResponseDeleteRange());
      case RESPONSE_TXN -> txn(operation.getResponseTxn());
      case RESPONSE_NOT_SET -> throw new IllegalStateException("an answer without a kind");
    };
  }

  private static List<KeyVersion> versions(List<KeyValue> kvs) {
    return kvs.stream().map(Wire::version).toList();
  }

  static KeyVersion version(KeyValue kv) {
    return new KeyVersion(
        bytes(kv.getKey()),
        bytes(kv.getValue()),
        kv.getCreateRevision(),
        kv.getModRevision(),
        kv.getVersion(),
        kv.getLease());
  }

  static Change change(Event event) {
    return new Change(
        event.getType() == Event.EventType.PUT,
        version(event.getKv()),
        event.hasPrevKv() ? List.of(version(event.getPrevKv())) : List.of());
  }
}
