package dev.keelson.server.apply;

import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.ResponseOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.ReadView;
import dev.keelson.storage.mvcc.WriteTxn;
import java.util.List;
import java.util.Optional;

/** Compares, then one branch (data-plane.md section 4). Its input was checked at the door. */
public final class TxnEvaluator {
  private TxnEvaluator() {}

  /**
   * Runs a transaction of ranges alone on one snapshot (T21).
   *
   * @return {@link ApplyResult.TxnDone} or {@link ApplyResult.Refused}
   */
  public static ApplyResult evaluateReadOnly(ReadView view, TxnRequest request) {
    var state = KvReader.of(view);
    var path = TxnPath.choose(request, new CompareEvaluator(state));
    var error = new PathChecks(state, lease -> false).firstError(path);
    if (error.isPresent()) {
      return new ApplyResult.Refused(error.get());
    }
    var response = TxnResponse.newBuilder().setSucceeded(path.succeeded());
    for (var operation : path.operations()) {
      response.addResponses(
          ResponseOp.newBuilder()
              .setResponseRange(range(state, operation.getRequestRange(), view.revision())));
    }
    return new ApplyResult.TxnDone(view.revision(), response.build());
  }

  /**
   * Runs a transaction and commits it.
   *
   * @param answered whether anybody here waits for the response: ranges and previous values are
   *     read only then
   */
  static ApplyResult evaluate(
      WriteTxn txn, TxnRequest request, LeaseDirectory leases, boolean answered) {
    var state = KvReader.of(txn);
    var path = TxnPath.choose(request, new CompareEvaluator(state));
    var error = new PathChecks(state, leases).firstError(path);
    if (error.isPresent()) {
      txn.commit();
      return new ApplyResult.Refused(error.get());
    }
    var response = new Execution(txn, state, answered).run(path);
    return new ApplyResult.TxnDone(txn.commit(), response.build());
  }

  /** A put whose checks have passed: what it stores (U1, U3). */
  static void put(WriteTxn txn, PutRequest request, Optional<KeyValue> before) {
    var value =
        request.getIgnoreValue()
            ? before.map(KeyValue::value).orElse(Bytes.EMPTY)
            : WireBytes.of(request.getValue());
    long lease =
        request.getIgnoreLease() ? before.map(KeyValue::lease).orElse(0L) : request.getLease();
    txn.put(WireBytes.of(request.getKey()), value, lease);
  }

  private static RangeResponse range(KvReader state, RangeRequest request, long headerRevision) {
    var query = WireKeyValues.queryOf(request);
    // T20: the only negative revision that passes the checks means the latest.
    var outcome = state.range(query.revision() < 0 ? query.withRevision(0) : query);
    return WireKeyValues.responseOf(KvReader.found(outcome))
        .setHeader(revisionHeader(headerRevision))
        .build();
  }

  private static ResponseHeader revisionHeader(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }

  /** The writes of one transaction, in order, depth first (T8, T9). */
  private record Execution(WriteTxn txn, KvReader state, boolean answered) {

    TxnResponse.Builder run(TxnPath path) {
      var response = TxnResponse.newBuilder().setSucceeded(path.succeeded());
      int nested = 0;
      for (var operation : path.operations()) {
        var child = operation.hasRequestTxn() ? path.nested().get(nested++) : path;
        execute(operation, child).ifPresent(response::addResponses);
      }
      return response;
    }

    private Optional<ResponseOp> execute(RequestOp operation, TxnPath child) {
      return switch (operation.getRequestCase()) {
        case REQUEST_RANGE ->
            answered ? Optional.of(range(operation.getRequestRange())) : Optional.empty();
        case REQUEST_PUT -> Optional.of(put(operation.getRequestPut()));
        case REQUEST_DELETE_RANGE -> Optional.of(delete(operation.getRequestDeleteRange()));
        case REQUEST_TXN ->
            Optional.of(
                ResponseOp.newBuilder()
                    .setResponseTxn(run(child).setHeader(ResponseHeader.getDefaultInstance()))
                    .build());
        case REQUEST_NOT_SET ->
            throw new IllegalStateException("unset operation passed the checks");
      };
    }

    private ResponseOp range(RangeRequest request) {
      return ResponseOp.newBuilder()
          .setResponseRange(TxnEvaluator.range(state, request, currentRevision()))
          .build();
    }

    private ResponseOp put(PutRequest request) {
      boolean needsBefore =
          (answered && request.getPrevKv()) || request.getIgnoreValue() || request.getIgnoreLease();
      var before =
          needsBefore ? txn.get(WireBytes.of(request.getKey())) : Optional.<KeyValue>empty();
      TxnEvaluator.put(txn, request, before);
      var response = PutResponse.newBuilder().setHeader(revisionHeader(currentRevision()));
      if (request.getPrevKv()) {
        before.map(WireKeyValues::of).ifPresent(response::setPrevKv);
      }
      return ResponseOp.newBuilder().setResponsePut(response).build();
    }

    private ResponseOp delete(DeleteRangeRequest request) {
      var deleted =
          txn.deleteRange(
              KeyRange.of(WireBytes.of(request.getKey()), WireBytes.of(request.getRangeEnd())));
      List<KeyValue> previous = request.getPrevKv() ? deleted : List.of();
      return ResponseOp.newBuilder()
          .setResponseDeleteRange(
              WireKeyValues.responseOf(deleted.size(), previous)
                  .setHeader(revisionHeader(currentRevision())))
          .build();
    }

    /** The inner header's revision: R until the first change, R + 1 from then on (section 1). */
    private long currentRevision() {
      return txn.changed() ? txn.baseRevision() + 1 : txn.baseRevision();
    }
  }
}
