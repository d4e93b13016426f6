package dev.keelson.server.apply;

import static dev.keelson.server.apply.TestStore.bytes;
import static dev.keelson.server.apply.TestStore.comparing;
import static dev.keelson.server.apply.TestStore.deleteOp;
import static dev.keelson.server.apply.TestStore.getOp;
import static dev.keelson.server.apply.TestStore.op;
import static dev.keelson.server.apply.TestStore.putOp;
import static dev.keelson.server.apply.TestStore.txnOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.Compare.CompareTarget;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.EtcdError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TxnEvaluatorTest {
  private final TestStore state = new TestStore();

  private TxnResponse run(TxnRequest request) {
    return ((ApplyResult.TxnDone) state.txn(request)).response();
  }

  private boolean holds(Compare.Builder compare) {
    return run(comparing(compare)).getSucceeded();
  }

  private static Compare.Builder compare(String key, CompareTarget target, CompareResult result) {
    return Compare.newBuilder().setKey(bytes(key)).setTarget(target).setResult(result);
  }

  @Test
  @Tag("T2")
  void anAbsentKeyComparesAsAllZeros() {
    assertThat(holds(compare("q", CompareTarget.VERSION, CompareResult.EQUAL))).isTrue();
    assertThat(holds(compare("q", CompareTarget.CREATE, CompareResult.EQUAL))).isTrue();
    assertThat(holds(compare("q", CompareTarget.LEASE, CompareResult.EQUAL))).isTrue();
    assertThat(holds(compare("q", CompareTarget.MOD, CompareResult.LESS).setModRevision(1)))
        .isTrue();
    assertThat(holds(compare("q", CompareTarget.VERSION, CompareResult.NOT_EQUAL).setVersion(5)))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = CompareResult.class,
      names = {"EQUAL", "GREATER", "LESS", "NOT_EQUAL"})
  @Tag("T3")
  void noValueMatchesAnAbsentKey(CompareResult result) {
    assertThat(holds(compare("q", CompareTarget.VALUE, result).setValue(bytes("x")))).isFalse();
    assertThat(holds(compare("q", CompareTarget.VALUE, result))).isFalse();
  }

  @Test
  @Tag("T5")
  void everyKeyOfARangeMustSatisfyTheCompare() {
    state.put("a", "1");
    state.put("b", "1");
    var existing =
        compare("a", CompareTarget.CREATE, CompareResult.GREATER).setRangeEnd(bytes("z"));
    var once =
        compare("a", CompareTarget.VERSION, CompareResult.EQUAL)
            .setRangeEnd(bytes("z"))
            .setVersion(1);

    assertThat(holds(existing)).isTrue();
    assertThat(holds(once)).isTrue();
    state.put("b", "2");
    assertThat(holds(once)).isFalse();
  }

  @Test
  @Tag("T5")
  void anEmptyOrInvertedRangeIsJudgedAsOneAbsentKey() {
    var absent = compare("x", CompareTarget.CREATE, CompareResult.EQUAL).setRangeEnd(bytes("z"));
    var inverted = compare("z", CompareTarget.VERSION, CompareResult.EQUAL).setRangeEnd(bytes("a"));
    var value =
        compare("x", CompareTarget.VALUE, CompareResult.NOT_EQUAL)
            .setRangeEnd(bytes("z"))
            .setValue(bytes("v"));

    assertThat(holds(absent)).isTrue();
    assertThat(holds(inverted)).isTrue();
    assertThat(holds(value)).isFalse();
  }

  @Test
  @Tag("T6")
  void anOperandThatDoesNotFitTheTargetReadsAsZero() {
    state.put("a", "1");

    assertThat(holds(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setModRevision(1)))
        .isFalse();
    assertThat(holds(compare("a", CompareTarget.VERSION, CompareResult.GREATER).setModRevision(1)))
        .isTrue();
  }

  @Test
  @Tag("T6")
  void unknownNumbersAreJudgedAsTheReferenceJudgesThem() {
    state.put("a", "1");
    var compare = Compare.newBuilder().setKey(bytes("a"));

    assertThat(holds(compare.clone().setResultValue(9))).isTrue();
    assertThat(holds(compare.clone().setTargetValue(9))).isTrue();
    assertThat(holds(compare.clone().setTargetValue(9).setResult(CompareResult.GREATER))).isFalse();
  }

  @Test
  @Tag("T7")
  void aNestedCompareDoesNotSeeTheWritesOfItsParent() {
    var nested =
        TxnRequest.newBuilder()
            .addCompare(compare("n1", CompareTarget.VERSION, CompareResult.EQUAL))
            .addSuccess(putOp("n2", "pre"))
            .addFailure(putOp("n2", "post"));

    run(txnOf(putOp("n1", "1"), op(nested)));

    assertThat(state.get("n2").orElseThrow().value().toString()).isEqualTo("pre");
  }

  @Test
  @Tag("T8")
  void aReadSeesEarlierWritesOfItsTransactionAtTheComingRevision() {
    state.put("a", "old");
    long before = state.revision();

    var response = run(txnOf(putOp("a", "5"), getOp("a"), getOp("a", before)));

    var own = response.getResponses(1).getResponseRange().getKvs(0);
    assertThat(own.getValue()).isEqualTo(bytes("5"));
    assertThat(own.getModRevision()).isEqualTo(before + 1);
    assertThat(response.getResponses(2).getResponseRange().getKvs(0).getValue())
        .isEqualTo(bytes("old"));
  }

  @Test
  @Tag("M2")
  void innerHeadersCarryTheRevisionFromTheFirstChangeOn() {
    long before = state.revision();

    var response = run(txnOf(getOp("a"), deleteOp("none", ""), putOp("b", "1"), getOp("b")));

    assertThat(response.getResponses(0).getResponseRange().getHeader().getRevision())
        .isEqualTo(before);
    assertThat(response.getResponses(1).getResponseDeleteRange().getHeader().getRevision())
        .isEqualTo(before);
    assertThat(response.getResponses(2).getResponsePut().getHeader().getRevision())
        .isEqualTo(before + 1);
    assertThat(response.getResponses(3).getResponseRange().getHeader().getRevision())
        .isEqualTo(before + 1);
  }

  @Test
  @Tag("M4")
  void aTransactionThatChangesNothingUsesNoRevision() {
    long before = state.revision();

    var result = (ApplyResult.TxnDone) state.txn(txnOf(getOp("a"), deleteOp("none", "")));

    assertThat(result.revision()).isEqualTo(before);
    assertThat(state.revision()).isEqualTo(before);
  }

  @Test
  @Tag("T10")
  void aFutureRevisionAbortsTheWholeTransaction() {
    var result = state.txn(txnOf(putOp("a", "1"), getOp("a", state.revision() + 1)));

    assertThat(result).isEqualTo(new ApplyResult.Refused(EtcdError.FUTURE_REV));
    assertThat(state.get("a")).isEmpty();
  }

  @Test
  @Tag("T10")
  void aCompactedRevisionAbortsUnlessItsBranchIsNotTaken() {
    state.put("a", "1");
    state.put("a", "2");
    state.compact(3);
    var unused = TxnRequest.newBuilder().addFailure(getOp("a", 2)).build();

    assertThat(state.txn(txnOf(putOp("z", "1"), getOp("a", 2))))
        .isEqualTo(new ApplyResult.Refused(EtcdError.COMPACTED));
    assertThat(state.get("z")).isEmpty();
    assertThat(state.txn(unused)).isInstanceOf(ApplyResult.TxnDone.class);
  }

  @Test
  @Tag("T20")
  void minusOneMeansTheLatestOnlyWhileNothingWasCompacted() {
    state.put("a", "1");

    assertThat(run(txnOf(getOp("a", -1))).getResponses(0).getResponseRange().getKvsCount()).isOne();
    assertThat(state.txn(txnOf(getOp("a", -2))))
        .isEqualTo(new ApplyResult.Refused(EtcdError.COMPACTED));
    state.compact(2);
    assertThat(state.txn(txnOf(getOp("a", -1))))
        .isEqualTo(new ApplyResult.Refused(EtcdError.COMPACTED));
  }

  /** Compared with etcd; outside a txn the lease is missed first. */
  @Test
  @Tag("T10")
  void insideATxnAMissingKeyIsNoticedBeforeAnUnknownLease() {
    var put = PutRequest.newBuilder().setKey(bytes("a")).setLease(9).setIgnoreValue(true);

    assertThat(state.txn(txnOf(putOp("q", "1"), op(put))))
        .isEqualTo(new ApplyResult.Refused(EtcdError.KEY_NOT_FOUND));
    assertThat(state.get("q")).isEmpty();

    state.put("a", "1");
    assertThat(state.txn(txnOf(op(put))))
        .isEqualTo(new ApplyResult.Refused(EtcdError.LEASE_NOT_FOUND));
  }

  @Test
  @Tag("T10")
  void aPutThatCannotRunIsNamedBeforeAnEarlierRange() {
    var put = PutRequest.newBuilder().setKey(bytes("a")).setLease(9);

    assertThat(state.txn(txnOf(getOp("a", state.revision() + 1), op(put))))
        .isEqualTo(new ApplyResult.Refused(EtcdError.LEASE_NOT_FOUND));
  }

  @Test
  @Tag("U3")
  void valueAndLeaseAreKeptIndependently() {
    var leased = PutRequest.newBuilder().setKey(bytes("a")).setValue(bytes("1")).setLease(9);
    var keepValue = PutRequest.newBuilder().setKey(bytes("a")).setIgnoreValue(true);
    var keepLease =
        PutRequest.newBuilder().setKey(bytes("a")).setValue(bytes("2")).setIgnoreLease(true);
    state.txn(txnOf(op(leased)), lease -> true);

    state.txn(txnOf(op(keepLease)), lease -> true);
    assertThat(state.get("a").orElseThrow().lease()).isEqualTo(9);
    state.txn(txnOf(op(keepValue)), lease -> true);

    assertThat(state.get("a").orElseThrow().value().toString()).isEqualTo("2");
    assertThat(state.get("a").orElseThrow().lease()).isZero();
    assertThat(state.get("a").orElseThrow().version()).isEqualTo(3);
  }

  @Test
  @Tag("T19")
  void aDeleteFromAKeyOnAndAPutMayMeetInOneRevision() {
    state.put("k1", "old");
    long before = state.revision();

    run(txnOf(deleteOp("k", "\0"), putOp("k1", "new")));

    var kv = state.get("k1").orElseThrow();
    assertThat(kv.version()).isOne();
    assertThat(kv.createRevision()).isEqualTo(before + 1);
    assertThat(kv.modRevision()).isEqualTo(before + 1);
  }

  @Test
  @Tag("T11")
  void previousValuesSeeEarlierOperations() {
    var response = run(txnOf(putOp("b1", "v"), deleteOp("a", "\0")));

    var deleted = response.getResponses(1).getResponseDeleteRange();
    assertThat(deleted.getPrevKvs(0).getKey()).isEqualTo(bytes("b1"));
    assertThat(deleted.getPrevKvs(0).getModRevision()).isEqualTo(state.revision());
    assertThat(state.get("b1")).isEmpty();
  }

  @Test
  @Tag("T23")
  void keepingTheValueOfAKeyDeletedEarlierInTheTransactionIsRefused() {
    state.put("a", "1");
    var put = PutRequest.newBuilder().setKey(bytes("a")).setIgnoreValue(true);

    assertThat(state.txn(txnOf(deleteOp("a", "\0"), op(put))))
        .isEqualTo(new ApplyResult.Refused(EtcdError.KEY_NOT_FOUND));
    assertThat(state.get("a")).isPresent();
  }

  @Test
  @Tag("T9")
  void nestedTransactionsShareOneRevisionAndAnswerInOrder() {
    long before = state.revision();
    var inner = TxnRequest.newBuilder().addSuccess(putOp("b", "2")).addSuccess(getOp("a"));

    var response = run(txnOf(putOp("a", "1"), op(inner), putOp("c", "3")));

    assertThat(state.revision()).isEqualTo(before + 1);
    var nested = response.getResponses(1).getResponseTxn();
    assertThat(nested.getHeader().getRevision()).isZero();
    assertThat(nested.hasHeader()).isTrue();
    assertThat(nested.getResponses(1).getResponseRange().getKvsCount()).isOne();
    assertThat(state.get("c").orElseThrow().modRevision()).isEqualTo(before + 1);
  }

  @Test
  @Tag("T21")
  void aReadOnlyTransactionRunsOnOneView() {
    state.put("a", "1");
    try (var view = state.store.openView()) {
      state.put("a", "2");

      var result = TxnEvaluator.evaluateReadOnly(view, txnOf(getOp("a"), getOp("a", 1)));

      var response = ((ApplyResult.TxnDone) result).response();
      var first = response.getResponses(0).getResponseRange();
      assertThat(first.getKvs(0).getValue()).isEqualTo(bytes("1"));
      assertThat(first.getHeader().getRevision()).isEqualTo(2);
      assertThat(response.getResponses(1).getResponseRange().getKvsCount()).isZero();
    }
  }
}
