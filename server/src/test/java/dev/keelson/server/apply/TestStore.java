package dev.keelson.server.apply;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.engine.MemoryEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A store in memory, and short words for the requests that tests make of it. */
final class TestStore {
  final MvccStore store =
      MvccStore.open(
          MemoryEngine.open(new SimulatedDisk(1), Path.of("/state")), MvccConfig.defaults());
  private long index;

  /** Runs a transaction on its own, as one applied entry. */
  ApplyResult txn(TxnRequest request) {
    return txn(request, lease -> false);
  }

  ApplyResult txn(TxnRequest request, LeaseDirectory leases) {
    var result = TxnEvaluator.evaluate(store.begin(), request, leases, true);
    store.commitBatch(new LogPosition(1, ++index));
    return result;
  }

  void put(String key, String value) {
    txn(TxnRequest.newBuilder().addSuccess(putOp(key, value)).build());
  }

  void compact(long revision) {
    store.scheduleCompaction(revision);
    store.commitBatch(new LogPosition(1, ++index));
  }

  long revision() {
    return store.revision();
  }

  Optional<KeyValue> get(String key) {
    try (var view = store.openView()) {
      var range = new KeyRange.Single(WireBytes.of(bytes(key)));
      return KvReader.found(view.range(RangeQuery.all(range))).kvs().stream().findFirst();
    }
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static RequestOp putOp(String key, String value) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)))
        .build();
  }

  static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  static RequestOp op(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  static RequestOp getOp(String key) {
    return getOp(key, 0);
  }

  static RequestOp getOp(String key, long revision) {
    return RequestOp.newBuilder()
        .setRequestRange(RangeRequest.newBuilder().setKey(bytes(key)).setRevision(revision))
        .build();
  }

  static RequestOp deleteOp(String key, String rangeEnd) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder()
                .setKey(bytes(key))
                .setRangeEnd(bytes(rangeEnd))
                .setPrevKv(true))
        .build();
  }

  static TxnRequest txnOf(RequestOp... operations) {
    return TxnRequest.newBuilder().addAllSuccess(List.of(operations)).build();
  }

  static TxnRequest comparing(Compare.Builder compare) {
    return TxnRequest.newBuilder().addCompare(compare).build();
  }
}
