package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import io.grpc.Status;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Section 11.10, the cases that need keys alone: sizes and depth. */
public final class LimitCases {
  private static final int LONG_KEY_BYTES = 13_300;

  private LimitCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("271", "the largest value that fits", LimitCases::largestValue),
        Case.of("272", "a message no server reads", LimitCases::largestMessage),
        Case.of("273", "reads are not held to a proposal's size", LimitCases::largeTxn),
        Case.of("274", "a delete with a key too large", LimitCases::largeDelete),
        Case.of("289", "128 levels of nesting and no more", LimitCases::deepest));
  }

  private static void largestValue(Store store, Keys keys) {
    store.put(valueOf(keys, 1_572_700));
    Expect.equal(
        1_572_700, store.range(keys.get("v")).getKvs(0).getValue().size(), "size of the value");
    Expect.error(EtcdError.REQUEST_TOO_LARGE, () -> store.put(valueOf(keys, 1_572_864)));
    Expect.equal(1, store.range(keys.get("v")).getKvs(0).getVersion(), "version afterwards");
  }

  private static void largestMessage(Store store, Keys keys) {
    Expect.errorPrefix(
        Status.Code.RESOURCE_EXHAUSTED,
        "grpc: received message larger than max",
        () -> store.put(valueOf(keys, 2_097_160)));
    // The connection survives the refusal.
    store.put(keys.put("v", "small"));
    Expect.equal("small", store.valueOf(keys.at("v")), "value put afterwards");
  }

  private static void largeTxn(Store store, Keys keys) {
    TxnResponse read =
        store.txn(
            new Txn()
                .then(
                    longKeys(keys, 128)
                        .map(k -> op(RangeRequest.newBuilder().setKey(k)))
                        .toList()));
    Expect.equal(128, read.getResponsesCount(), "responses");
    Txn puts =
        new Txn()
            .then(longKeys(keys, 128).map(k -> op(PutRequest.newBuilder().setKey(k))).toList());
    Expect.error(EtcdError.REQUEST_TOO_LARGE, () -> store.txn(puts));
    List<RequestOp> gets =
        longKeys(keys, 126).map(k -> op(RangeRequest.newBuilder().setKey(k))).toList();
    Expect.error(
        EtcdError.REQUEST_TOO_LARGE, () -> store.txn(new Txn().then(op(new Txn().then(gets)))));
  }

  private static void largeDelete(Store store, Keys keys) {
    ByteString key = keys.at(ByteString.copyFrom(new byte[1_600_000]));
    Expect.error(
        EtcdError.REQUEST_TOO_LARGE,
        () -> store.delete(DeleteRangeRequest.newBuilder().setKey(key)));
  }

  private static void deepest(Store store, Keys keys) {
    TxnResponse response = store.txn(nested(keys, 128));
    for (int level = 1; level < 128; level++) {
      response = response.getResponses(0).getResponseTxn();
      Expect.isTrue(response.getSucceeded(), "succeeded at level " + level);
    }
    Expect.equal("1", store.valueOf(keys.at("deep")), "what the innermost level put");
    Expect.error(EtcdError.TOO_MANY_OPS, () -> store.txn(nested(keys, 129)));
  }

  private static Txn nested(Keys keys, int levels) {
    Txn txn = new Txn().then(op(keys.put("deep", "1")));
    for (int level = 1; level < levels; level++) {
      txn = new Txn().then(op(txn));
    }
    return txn;
  }

  private static PutRequest.Builder valueOf(Keys keys, int bytes) {
    return PutRequest.newBuilder()
        .setKey(keys.at("v"))
        .setValue(ByteString.copyFrom(new byte[bytes]));
  }

  private static Stream<ByteString> longKeys(Keys keys, int count) {
    ByteString filling = ByteString.copyFrom(new byte[LONG_KEY_BYTES]);
    return IntStream.range(0, count).mapToObj(i -> keys.at("k" + i + "-").concat(filling));
  }
}
