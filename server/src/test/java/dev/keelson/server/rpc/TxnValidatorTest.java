package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.status.EtcdError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TxnValidatorTest {
  private static final String ALL_FROM = "\0";

  private final TxnValidator validator = new TxnValidator(128);

  @Test
  @Tag("T16")
  @Tag("case-119")
  void samePutTwiceIsDuplicate() {
    assertDuplicate(then(put("a"), put("a")));
  }

  @Test
  @Tag("T17")
  @Tag("case-120")
  void putAndDeleteOfOneKeyAreDuplicateInEitherOrder() {
    assertDuplicate(then(put("a"), delete("a")));
    assertDuplicate(then(delete("a"), put("a")));
  }

  @Test
  @Tag("T17")
  @Tag("case-121")
  void putInsideDeletedRangeIsDuplicate() {
    assertDuplicate(then(put("b1"), delete("a", "z")));
  }

  @Test
  @Tag("T17")
  @Tag("case-122")
  void putAtTheOpenEndOfDeletedRangeIsFine() {
    assertValid(then(delete("abb", "abc"), put("abc")));
  }

  @Test
  @Tag("T16")
  @Tag("case-123")
  void bothBranchesMayPutOneKey() {
    assertValid(txn(List.of(put("a")), List.of(put("a"))));
  }

  @Test
  @Tag("T17")
  @Tag("case-124")
  void deletesNeverConflictWithDeletes() {
    assertValid(then(delete("k"), delete("k", "l"), delete("k")));
  }

  @Test
  @Tag("T17")
  @Tag("case-125")
  void nestedWritesConflictWithTheirParentsList() {
    assertDuplicate(then(nested(then(put("x"))), delete("x")));
    assertDuplicate(then(nested(then(delete("x"))), put("x")));
    assertDuplicate(then(nested(then(put("x"))), nested(otherwise(put("x")))));
  }

  @Test
  @Tag("T17")
  @Tag("case-126")
  void deleteInEarlierSiblingConflictsWithLaterPut() {
    assertDuplicate(then(nested(then(delete("x"))), nested(then(put("x")))));
  }

  @Test
  @Tag("T18")
  @Tag("case-127")
  void putInEarlierSiblingAndDeleteInLaterOneIsFine() {
    assertValid(then(nested(then(put("x"))), nested(then(delete("x")))));
  }

  @Test
  @Tag("T17")
  @Tag("case-128")
  void branchesOfOneNestedTxnExcludeEachOther() {
    assertValid(then(nested(txn(List.of(put("x")), List.of(put("x"))))));
    assertValid(then(nested(txn(List.of(delete("x")), List.of(put("x"))))));
  }

  @Test
  @Tag("T19")
  @Tag("case-129")
  @Tag("case-130")
  void deleteWithoutUpperBoundNeverConflicts() {
    assertValid(then(delete("k", ALL_FROM), put("k1")));
    assertValid(then(put("b1"), delete("a", ALL_FROM)));
    assertValid(then(nested(then(delete("a", ALL_FROM))), put("b")));
  }

  @Test
  @Tag("T17")
  void reversedDeleteRangeReachesNoKey() {
    assertValid(then(delete("z", "a"), put("m")));
  }

  @Test
  @Tag("T17")
  void keysCompareAsUnsignedBytes() {
    var high = ByteString.copyFrom(new byte[] {(byte) 0x80});
    var put = RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(high)).build();
    assertDuplicate(then(delete("a", "\u00ff"), put));
    assertValid(then(delete("a", "b"), put));
  }

  @Test
  @Tag("T13")
  @Tag("case-131")
  void eachListMayHoldMaxTxnOps() {
    var fits = IntStream.range(0, 128).mapToObj(i -> put("k" + i)).toList();
    var tooMany = IntStream.range(0, 129).mapToObj(i -> put("k" + i)).toList();
    var compare = Compare.newBuilder().setKey(bytes("c")).build();
    assertValid(txn(fits, fits));
    assertError(EtcdError.TOO_MANY_OPS, txn(tooMany, List.of()));
    assertError(EtcdError.TOO_MANY_OPS, txn(List.of(), tooMany));
    assertValid(compares(compare, 128));
    assertError(EtcdError.TOO_MANY_OPS, compares(compare, 129));
  }

  @Test
  @Tag("T13")
  @Tag("case-132")
  void childGetsWhatItsParentLeaves() {
    assertValid(then(nested(puts("n", 127))));
    assertError(EtcdError.TOO_MANY_OPS, then(nested(puts("n", 128))));
  }

  @Test
  @Tag("T13")
  @Tag("case-133")
  void siblingsDoNotShareTheirBudget() {
    assertValid(then(nested(puts("a", 126)), nested(puts("b", 126))));
  }

  @Test
  @Tag("T13")
  @Tag("case-141")
  void budgetIsTheConfiguredOne() {
    assertThat(new TxnValidator(2).firstError(puts("k", 2))).isEmpty();
    assertThat(new TxnValidator(2).firstError(puts("k", 3))).contains(EtcdError.TOO_MANY_OPS);
  }

  @Test
  @Tag("T13")
  @Tag("case-289")
  void nestingEndsWhereTheBudgetDoes() {
    assertValid(deep(128));
    assertError(EtcdError.TOO_MANY_OPS, deep(129));
  }

  @Test
  @Tag("T15")
  @Tag("case-134")
  void unsetOperationIsRefusedOnEveryBranchAndDepth() {
    var unset = RequestOp.getDefaultInstance();
    assertError(EtcdError.KEY_NOT_FOUND, then(unset));
    assertError(EtcdError.KEY_NOT_FOUND, otherwise(unset));
    assertError(EtcdError.KEY_NOT_FOUND, then(nested(otherwise(unset))));
  }

  @Test
  @Tag("T14")
  @Tag("case-135")
  void emptyKeysAreRefusedEverywhere() {
    assertError(EtcdError.EMPTY_KEY, compares(Compare.getDefaultInstance(), 1));
    assertError(EtcdError.EMPTY_KEY, then(put("")));
    assertError(EtcdError.EMPTY_KEY, then(delete("")));
    assertError(EtcdError.EMPTY_KEY, then(range(RangeRequest.newBuilder())));
    assertError(EtcdError.EMPTY_KEY, then(nested(then(put("")))));
  }

  @Test
  @Tag("T14")
  @Tag("case-136")
  void putsAreCheckedAsOutsideATxn() {
    var put = PutRequest.newBuilder().setKey(bytes("k")).setValue(bytes("v"));
    assertError(EtcdError.VALUE_PROVIDED, then(operation(put.setIgnoreValue(true))));
    put.clearIgnoreValue().setIgnoreLease(true).setLease(5);
    assertError(EtcdError.LEASE_PROVIDED, then(operation(put)));
  }

  @Test
  @Tag("T14")
  @Tag("R15")
  void unknownSortOptionsAreRefused() {
    var range = RangeRequest.newBuilder().setKey(bytes("k"));
    assertError(EtcdError.INVALID_SORT_OPTION, then(range(range.setSortOrderValue(7))));
    range.clearSortOrder().setSortTargetValue(9);
    assertError(EtcdError.INVALID_SORT_OPTION, then(range(range)));
  }

  @Test
  @Tag("T14")
  void faultsAreFoundInTheOrderOfTheSpec() {
    var crowded = puts("k", 129).toBuilder().addCompare(Compare.getDefaultInstance()).build();
    assertError(EtcdError.TOO_MANY_OPS, crowded);
    var compareFirst =
        then(RequestOp.getDefaultInstance()).toBuilder().addCompare(Compare.getDefaultInstance());
    assertError(EtcdError.EMPTY_KEY, compareFirst.build());
    assertError(
        EtcdError.KEY_NOT_FOUND,
        txn(List.of(put("a"), put("a")), List.of(RequestOp.getDefaultInstance())));
  }

  @Test
  @Tag("T17")
  @Timeout(180)
  void hostileTreeIsJudgedInTime() {
    var leaf = new ArrayList<RequestOp>();
    for (int i = 0; i < 64; i++) {
      leaf.add(delete("d" + i));
      leaf.add(put("p" + i));
    }
    TxnRequest tree = then(leaf.subList(0, 40).toArray(RequestOp[]::new));
    for (int level = 0; level < 3; level++) {
      var children = new ArrayList<RequestOp>();
      for (int i = 0; i < 20; i++) {
        children.add(nested(renamed(tree, "s" + i)));
      }
      tree = then(children.toArray(RequestOp[]::new));
    }
    var whole = tree;
    for (int level = 0; level < 20; level++) {
      whole = then(nested(whole));
    }
    assertValid(whole);
  }

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 300);
  }

  /** Against the rule written down as plainly as can be: every pair of operations is looked at. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("T17")
  void agreesWithThePlainReadingOfTheRule(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      var txn = randomTxn(random, 3);
      boolean duplicate =
          PlainDuplicates.conflicts(txn.getSuccessList())
              || PlainDuplicates.conflicts(txn.getFailureList());
      assertThat(validator.firstError(txn))
          .as("%s", txn)
          .isEqualTo(duplicate ? Optional.of(EtcdError.DUPLICATE_KEY) : Optional.empty());
    }
  }

  private static TxnRequest randomTxn(Random random, int depth) {
    return txn(randomOperations(random, depth), randomOperations(random, depth));
  }

  private static List<RequestOp> randomOperations(Random random, int depth) {
    var operations = new ArrayList<RequestOp>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(depth > 0 ? 6 : 4);
      operations.add(
          switch (kind) {
            case 0, 1 -> put(key(random));
            case 2 -> delete(key(random));
            case 3 -> delete(key(random), random.nextInt(5) == 0 ? ALL_FROM : key(random));
            default -> nested(randomTxn(random, depth - 1));
          });
    }
    return operations;
  }

  private static String key(Random random) {
    return String.valueOf((char) ('a' + random.nextInt(12)));
  }

  private void assertValid(TxnRequest txn) {
    assertThat(validator.firstError(txn)).isEmpty();
  }

  private void assertDuplicate(TxnRequest txn) {
    assertError(EtcdError.DUPLICATE_KEY, txn);
  }

  private void assertError(EtcdError error, TxnRequest txn) {
    assertThat(validator.firstError(txn)).contains(error);
  }

  private static TxnRequest deep(int levels) {
    var txn = then(put("innermost"));
    for (int i = 1; i < levels; i++) {
      txn = then(nested(txn));
    }
    return txn;
  }

  private static TxnRequest renamed(TxnRequest txn, String prefix) {
    var copy = TxnRequest.newBuilder();
    for (var operation : txn.getSuccessList()) {
      copy.addSuccess(
          switch (operation.getRequestCase()) {
            case REQUEST_PUT -> put(prefix + operation.getRequestPut().getKey().toStringUtf8());
            case REQUEST_DELETE_RANGE ->
                delete(prefix + operation.getRequestDeleteRange().getKey().toStringUtf8());
            case REQUEST_TXN -> nested(renamed(operation.getRequestTxn(), prefix));
            case REQUEST_RANGE, REQUEST_NOT_SET -> operation;
          });
    }
    return copy.build();
  }

  private static TxnRequest puts(String prefix, int count) {
    return then(IntStream.range(0, count).mapToObj(i -> put(prefix + i)).toArray(RequestOp[]::new));
  }

  private static TxnRequest compares(Compare compare, int count) {
    var txn = TxnRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      txn.addCompare(compare);
    }
    return txn.build();
  }

  private static TxnRequest then(RequestOp... operations) {
    return txn(List.of(operations), List.of());
  }

  private static TxnRequest otherwise(RequestOp... operations) {
    return txn(List.of(), List.of(operations));
  }

  private static TxnRequest txn(List<RequestOp> success, List<RequestOp> failure) {
    return TxnRequest.newBuilder().addAllSuccess(success).addAllFailure(failure).build();
  }

  private static RequestOp nested(TxnRequest txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  private static RequestOp put(String key) {
    return operation(PutRequest.newBuilder().setKey(bytes(key)));
  }

  private static RequestOp operation(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp range(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  private static RequestOp delete(String key) {
    return delete(key, "");
  }

  private static RequestOp delete(String key, String rangeEnd) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(rangeEnd)))
        .build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
