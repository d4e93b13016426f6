package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
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
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Section 11.5, third part: transactions refused before anything is proposed. */
public final class TxnValidationCases {
  private TxnValidationCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("119", "a key is put once per txn", TxnValidationCases::putTwice),
        Case.of("120", "a key is not put and deleted", TxnValidationCases::putAndDelete),
        Case.of("121", "a put is not inside a deleted range", TxnValidationCases::putInRange),
        Case.of("122", "a put at a deleted range's end is fine", TxnValidationCases::putAtEnd),
        Case.of("123", "the branches may put the same key", TxnValidationCases::bothBranches),
        Case.of("124", "deletes never conflict", TxnValidationCases::deletes),
        Case.of("125", "nested ops conflict with their parents'", TxnValidationCases::nested),
        Case.of("126", "a nested delete, then a nested put", TxnValidationCases::siblings),
        Case.of("128", "then and else of one nested txn", TxnValidationCases::thenAndElse),
        Case.of("131", "128 ops a level and no more", TxnValidationCases::tooMany),
        Case.of("132", "a nested txn has what its parent left", TxnValidationCases::budget),
        Case.of("133", "siblings do not share a budget", TxnValidationCases::siblingBudgets),
        Case.of("134", "an op must be set", TxnValidationCases::unsetOp),
        Case.of("135", "an empty key inside a txn is refused", TxnValidationCases::emptyKey),
        Case.of("136", "ignore_value with a value inside a txn", TxnValidationCases::ignoreValue),
        Case.of("141", "the number of ops is a flag", TxnValidationCases::flag)
            .withFlags("--max-txn-ops=2"));
  }

  private static void putTwice(Store store, Keys keys) {
    refused(store, keys, EtcdError.DUPLICATE_KEY, op(keys.put("a", "1")), op(keys.put("a", "2")));
  }

  private static void putAndDelete(Store store, Keys keys) {
    refused(store, keys, EtcdError.DUPLICATE_KEY, op(keys.put("a", "1")), op(keys.delete("a")));
    refused(store, keys, EtcdError.DUPLICATE_KEY, op(keys.delete("a")), op(keys.put("a", "1")));
  }

  private static void putInRange(Store store, Keys keys) {
    refused(
        store, keys, EtcdError.DUPLICATE_KEY, op(keys.put("b1", "1")), op(keys.delete("a", "z")));
    refused(
        store, keys, EtcdError.DUPLICATE_KEY, op(keys.delete("a", "z")), op(keys.put("b1", "1")));
  }

  private static void putAtEnd(Store store, Keys keys) {
    accepted(store, op(keys.delete("abb", "abc")), op(keys.put("abc", "1")));
    Expect.isTrue(store.holds(keys.at("abc")), "abc is stored");
  }

  private static void bothBranches(Store store, Keys keys) {
    TxnResponse response =
        store.txn(new Txn().then(op(keys.put("a", "1"))).otherwise(op(keys.put("a", "2"))));
    Expect.isTrue(response.getSucceeded(), "succeeded");
    Expect.equal("1", store.valueOf(keys.at("a")), "a");
  }

  private static void deletes(Store store, Keys keys) {
    store.put(keys.put("k", "1"));
    TxnResponse response =
        accepted(store, op(keys.delete("k")), op(keys.delete("k", "l")), op(keys.delete("k")));
    Expect.equal(
        List.of(1L, 0L, 0L),
        response.getResponsesList().stream()
            .map(r -> r.getResponseDeleteRange())
            .map(DeleteRangeResponse::getDeleted)
            .toList(),
        "deleted");
  }

  private static void nested(Store store, Keys keys) {
    RequestOp put = op(keys.put("x", "1"));
    RequestOp delete = op(keys.delete("x"));
    refused(store, keys, EtcdError.DUPLICATE_KEY, op(new Txn().then(put)), delete);
    refused(store, keys, EtcdError.DUPLICATE_KEY, op(new Txn().then(delete)), put);
    refused(
        store,
        keys,
        EtcdError.DUPLICATE_KEY,
        op(new Txn().then(put)),
        op(new Txn().otherwise(put)));
    refused(store, keys, EtcdError.DUPLICATE_KEY, op(new Txn().otherwise(put)), put);
  }

  private static void siblings(Store store, Keys keys) {
    refused(
        store,
        keys,
        EtcdError.DUPLICATE_KEY,
        op(new Txn().then(op(keys.delete("x")))),
        op(new Txn().then(op(keys.put("x", "1")))));
  }

  private static void thenAndElse(Store store, Keys keys) {
    RequestOp put = op(keys.put("x", "1"));
    accepted(store, op(new Txn().then(put).otherwise(put)));
    Expect.isTrue(store.holds(keys.at("x")), "x is stored");
    accepted(store, op(new Txn().then(op(keys.delete("x"))).otherwise(put)));
    Expect.isFalse(store.holds(keys.at("x")), "x is there after its delete");
  }

  private static void tooMany(Store store, Keys keys) {
    List<RequestOp> most = gets(keys, 128);
    RequestOp[] tooMany = gets(keys, 129).toArray(RequestOp[]::new);
    Compare[] compares =
        Collections.nCopies(129, keys.version("a", CompareResult.EQUAL, 0)).toArray(Compare[]::new);
    Expect.error(EtcdError.TOO_MANY_OPS, () -> store.txn(new Txn().when(compares)));
    Expect.error(EtcdError.TOO_MANY_OPS, () -> store.txn(new Txn().then(tooMany)));
    Expect.error(EtcdError.TOO_MANY_OPS, () -> store.txn(new Txn().otherwise(tooMany)));
    TxnResponse response =
        store.txn(
            new Txn()
                .when(List.of(compares).subList(0, 128).toArray(Compare[]::new))
                .then(most)
                .otherwise(most.toArray(RequestOp[]::new)));
    Expect.equal(128, response.getResponsesCount(), "responses");
  }

  private static void budget(Store store, Keys keys) {
    Expect.equal(
        127,
        accepted(store, op(new Txn().then(gets(keys, 127))))
            .getResponses(0)
            .getResponseTxn()
            .getResponsesCount(),
        "responses of the nested txn");
    refused(store, keys, EtcdError.TOO_MANY_OPS, op(new Txn().then(gets(keys, 128))));
  }

  private static void siblingBudgets(Store store, Keys keys) {
    RequestOp many = op(new Txn().then(gets(keys, 126)));
    Expect.equal(2, accepted(store, many, many).getResponsesCount(), "responses");
    RequestOp oneMore = op(new Txn().then(gets(keys, 127)));
    refused(store, keys, EtcdError.TOO_MANY_OPS, many, oneMore);
  }

  private static void unsetOp(Store store, Keys keys) {
    RequestOp unset = RequestOp.getDefaultInstance();
    refused(store, keys, EtcdError.KEY_NOT_FOUND, op(keys.put("a", "1")), unset);
    refused(store, keys, EtcdError.KEY_NOT_FOUND, op(new Txn().then(unset)));
    Expect.error(EtcdError.KEY_NOT_FOUND, () -> store.txn(new Txn().otherwise(unset)));
  }

  private static void emptyKey(Store store, Keys keys) {
    Compare compare =
        keys.version("a", CompareResult.EQUAL, 0).toBuilder().setKey(ByteString.EMPTY).build();
    Expect.error(EtcdError.EMPTY_KEY, () -> store.txn(new Txn().when(compare)));
    refused(store, keys, EtcdError.EMPTY_KEY, op(PutRequest.newBuilder()));
    refused(store, keys, EtcdError.EMPTY_KEY, op(RangeRequest.newBuilder()));
    Expect.error(
        EtcdError.EMPTY_KEY,
        () -> store.txn(new Txn().otherwise(op(new Txn().then(op(PutRequest.newBuilder()))))));
  }

  private static void ignoreValue(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    refused(
        store,
        keys,
        EtcdError.VALUE_PROVIDED,
        op(keys.put("b", "1")),
        op(keys.put("a", "2").setIgnoreValue(true)));
  }

  private static void flag(Store store, Keys keys) {
    Expect.equal(2, accepted(store, op(keys.get("a")), op(keys.get("b"))).getResponsesCount(), "2");
    refused(
        store,
        keys,
        EtcdError.TOO_MANY_OPS,
        op(keys.get("a")),
        op(keys.get("b")),
        op(keys.get("c")));
  }

  private static TxnResponse accepted(Store store, RequestOp... ops) {
    TxnResponse response = store.txn(new Txn().then(ops));
    Expect.isTrue(response.getSucceeded(), "succeeded");
    return response;
  }

  /** Refused with this error, alone and beside a put, and nothing is stored. */
  private static void refused(Store store, Keys keys, EtcdError error, RequestOp... ops) {
    long before = store.revision();
    Expect.error(error, () -> store.txn(new Txn().then(ops)));
    Expect.equal(before, store.revision(), "revision after the refusal");
    Expect.isFalse(store.holds(keys.at("b")), "something was stored");
  }

  private static List<RequestOp> gets(Keys keys, int count) {
    return IntStream.range(0, count).mapToObj(i -> op(keys.get("k" + i))).toList();
  }
}
