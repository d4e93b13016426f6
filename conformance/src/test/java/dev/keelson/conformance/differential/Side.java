package dev.keelson.conformance.differential;

import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import io.grpc.StatusRuntimeException;
import java.util.Comparator;
import java.util.List;

/** One of the two servers; its answers with what may differ taken out. */
final class Side {
  private final Store store;

  Side(Store store) {
    this.store = store;
  }

  /** The answer as text: the same text from both sides means the same behaviour. */
  String answer(Command command) {
    try {
      return switch (command) {
        case Command.Range(var request) -> normal(request, store.range(request.toBuilder()));
        case Command.Put(var request) -> normal(store.put(request.toBuilder()));
        case Command.Delete(var request) -> normal(store.delete(request.toBuilder()));
        case Command.Transaction(var request) -> normal(store.txn(asTxn(request)));
        case Command.Compact(long revision, boolean physical) ->
            "compacted at "
                + (physical ? store.compactPhysically(revision) : store.compact(revision))
                    .getHeader()
                    .getRevision();
        case Command.Hash() -> normal(store.hashKv(0));
      };
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + " " + e.getStatus().getDescription();
    }
  }

  long revision() {
    return store.revision();
  }

  private static Txn asTxn(TxnRequest request) {
    return new Txn()
        .when(request.getCompareList().toArray(Compare[]::new))
        .then(request.getSuccessList())
        .otherwise(request.getFailureList().toArray(RequestOp[]::new));
  }

  /** R11: keys of equal rank may come in any order, so ranks are compared in order, keys as set. */
  private static String normal(RangeRequest request, RangeResponse response) {
    if (request.getSortTarget() == SortTarget.KEY) {
      return response.toBuilder().setHeader(bare(response.getHeader())).build().toString();
    }
    List<String> ranks =
        response.getKvsList().stream().map(kv -> rank(request.getSortTarget(), kv)).toList();
    List<KeyValue> kvs =
        request.getLimit() > 0
            ? List.of()
            : response.getKvsList().stream()
                .sorted(Comparator.comparing(KeyValue::toString))
                .toList();
    return ranks
        + " count "
        + response.getCount()
        + " more "
        + response.getMore()
        + " revision "
        + response.getHeader().getRevision()
        + " "
        + kvs;
  }

  private static String rank(SortTarget target, KeyValue kv) {
    return switch (target) {
      case KEY, UNRECOGNIZED -> kv.getKey().toString();
      case VERSION -> Long.toString(kv.getVersion());
      case CREATE -> Long.toString(kv.getCreateRevision());
      case MOD -> Long.toString(kv.getModRevision());
      case VALUE -> kv.getValue().toStringUtf8();
    };
  }

  private static String normal(PutResponse response) {
    return response.toBuilder().setHeader(bare(response.getHeader())).build().toString();
  }

  private static String normal(DeleteRangeResponse response) {
    return response.toBuilder().setHeader(bare(response.getHeader())).build().toString();
  }

  private static String normal(TxnResponse response) {
    return response.toBuilder().setHeader(bare(response.getHeader())).build().toString();
  }

  /** Appendix B, 8: etcd 3.4 has no hash_revision. */
  private static String normal(HashKVResponse response) {
    return response.toBuilder()
        .setHeader(bare(response.getHeader()))
        .clearHashRevision()
        .build()
        .toString();
  }

  private static ResponseHeader bare(ResponseHeader header) {
    return ResponseHeader.newBuilder().setRevision(header.getRevision()).build();
  }
}
