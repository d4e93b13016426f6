package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.Compare.CompareTarget;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import java.util.List;

/** Section 11.5, first part: what a transaction's comparisons say. */
public final class CompareCases {
  private CompareCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("98", "an absent key compares as zero", CompareCases::absentIsZero),
        Case.of("99", "the value of an absent key never compares", CompareCases::absentValue),
        Case.of("100", "an unset operand is the empty value", CompareCases::unsetOperand),
        Case.of("101", "every key of a range must satisfy", CompareCases::everyKey),
        Case.of("102", "an empty range compares as an absent key", CompareCases::emptyRange),
        Case.of("103", "a reversed range compares as an absent key", CompareCases::reversed),
        Case.of("104", "a compare may have no upper bound", CompareCases::noUpperBound)
            .tagged(Tag.WHOLE_STORE),
        Case.of("105", "an operand of another kind is zero", CompareCases::otherOperand),
        Case.of("106", "unknown numbers compare as told", CompareCases::unknownNumbers),
        Case.of("108", "one false compare fails all", CompareCases::conjunction),
        Case.of("138", "each level answers for its own compare", CompareCases::tenLevels),
        Case.of("142", "compare and header agree on a racing put", CompareCases::racingPut),
        Case.of("286", "of two creators exactly one wins", CompareCases::twoCreators));
  }

  private static void absentIsZero(Store store, Keys keys) {
    expect(true, store, keys, keys.version("q", CompareResult.EQUAL, 0));
    expect(true, store, keys, keys.created("q", CompareResult.EQUAL, 0));
    expect(true, store, keys, keys.modified("q", CompareResult.LESS, 1));
    expect(true, store, keys, keys.lease("q", CompareResult.EQUAL, 0));
    expect(true, store, keys, keys.version("q", CompareResult.NOT_EQUAL, 5));
    expect(false, store, keys, keys.version("q", CompareResult.GREATER, 0));
  }

  private static void absentValue(Store store, Keys keys) {
    expect(false, store, keys, keys.value("q", CompareResult.EQUAL, ""));
    expect(false, store, keys, keys.value("q", CompareResult.NOT_EQUAL, "x"));
    expect(false, store, keys, keys.value("q", CompareResult.LESS, "x"));
    expect(false, store, keys, keys.value("q", CompareResult.GREATER, ""));
    store.put(keys.put("q", ""));
    expect(true, store, keys, keys.value("q", CompareResult.EQUAL, ""));
    expect(true, store, keys, keys.value("q", CompareResult.LESS, "x"));
  }

  private static void unsetOperand(Store store, Keys keys) {
    store.put(keys.put("a", "3"));
    expect(
        true, store, keys, keys.compare("a", CompareTarget.VALUE, CompareResult.GREATER).build());
    expect(true, store, keys, keys.value("a", CompareResult.EQUAL, "3"));
    expect(true, store, keys, keys.value("a", CompareResult.LESS, "30"));
    expect(false, store, keys, keys.value("a", CompareResult.NOT_EQUAL, "3"));
  }

  private static void everyKey(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d", "c");
    expect(true, store, keys, keys.over(keys.created("a", CompareResult.GREATER, 0), "z"));
    expect(false, store, keys, keys.over(keys.version("a", CompareResult.EQUAL, 1), "z"));
    expect(true, store, keys, keys.over(keys.version("a", CompareResult.EQUAL, 1), "c"));
  }

  private static void emptyRange(Store store, Keys keys) {
    expect(true, store, keys, keys.over(keys.created("a", CompareResult.EQUAL, 0), "z"));
    expect(false, store, keys, keys.over(keys.created("a", CompareResult.GREATER, 0), "z"));
    expect(false, store, keys, keys.over(keys.value("a", CompareResult.NOT_EQUAL, "x"), "z"));
  }

  private static void reversed(Store store, Keys keys) {
    store.putAll(keys, "a", "m", "z");
    expect(true, store, keys, keys.over(keys.version("z", CompareResult.EQUAL, 0), "a"));
  }

  private static void noUpperBound(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c");
    Compare all =
        keys.version("a", CompareResult.GREATER, 0).toBuilder().setRangeEnd(Keys.NO_END).build();
    expect(true, store, keys, all);
    expect(false, store, keys, all.toBuilder().setResult(CompareResult.EQUAL).build());
  }

  private static void otherOperand(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    Compare equal =
        keys.compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setModRevision(1).build();
    expect(false, store, keys, equal);
    expect(true, store, keys, equal.toBuilder().setResult(CompareResult.GREATER).build());
  }

  private static void unknownNumbers(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    expect(
        true,
        store,
        keys,
        keys.version("a", CompareResult.EQUAL, 77).toBuilder().setResultValue(9).build());
    Compare unknownTarget =
        keys.version("a", CompareResult.EQUAL, 77).toBuilder().setTargetValue(9).build();
    expect(true, store, keys, unknownTarget);
    expect(false, store, keys, unknownTarget.toBuilder().setResult(CompareResult.GREATER).build());
  }

  private static void conjunction(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    expect(
        false,
        store,
        keys,
        keys.version("a", CompareResult.EQUAL, 1),
        keys.version("a", CompareResult.EQUAL, 2));
    expect(
        true,
        store,
        keys,
        keys.version("a", CompareResult.EQUAL, 1),
        keys.version("a", CompareResult.LESS, 2));
  }

  /** T7: each level puts the key that its child compares, which sees the state before the txn. */
  private static void tenLevels(Store store, Keys keys) {
    int levels = 10;
    Txn inner = new Txn();
    for (int level = levels - 1; level >= 0; level--) {
      boolean holds = level % 3 != 1;
      Compare compare = keys.version("n" + (level - 1), CompareResult.EQUAL, holds ? 0 : 1);
      var put = keys.put("n" + level, "x");
      var next = op(inner);
      inner = new Txn().when(compare);
      inner = holds ? inner.then(op(put), next) : inner.otherwise(op(put), next);
    }
    TxnResponse response = store.txn(new Txn().then(op(keys.put("n-1", "x")), op(inner)));
    response = response.getResponses(1).getResponseTxn();
    for (int level = 0; level < levels; level++) {
      Expect.equal(level % 3 != 1, response.getSucceeded(), "succeeded at level " + level);
      response = response.getResponses(1).getResponseTxn();
    }
    Expect.equal(levels, store.range(keys.span("n0", "n:")).getCount(), "keys put");
  }

  private static void racingPut(Store store, Keys keys) {
    for (int round = 0; round < 200; round++) {
      String name = "k" + round;
      var put = store.concurrently().put(keys.put(name, "1").build());
      TxnResponse read =
          store.txn(
              new Txn()
                  .when(keys.version(name, CompareResult.EQUAL, 1))
                  .then(op(keys.get(name)))
                  .otherwise(op(keys.get(name))));
      long revision = Calls.await(put).getHeader().getRevision();
      boolean covers = read.getHeader().getRevision() >= revision;
      Expect.equal(read.getSucceeded(), covers, "header covers the put, as the compare did");
      Expect.equal(
          read.getSucceeded(),
          read.getResponses(0).getResponseRange().getCount() == 1,
          "the branch read what the compare saw");
    }
  }

  private static void twoCreators(Store store, Keys keys) {
    for (int round = 0; round < 50; round++) {
      String name = "k" + round;
      var first = store.concurrently().txn(creator(keys, name, "first").request());
      var second = store.concurrently().txn(creator(keys, name, "second").request());
      TxnResponse one = Calls.await(first);
      TxnResponse other = Calls.await(second);
      Expect.isTrue(one.getSucceeded() != other.getSucceeded(), "exactly one creates " + name);
      String winner = one.getSucceeded() ? "first" : "second";
      TxnResponse loser = one.getSucceeded() ? other : one;
      Expect.equal(
          ByteString.copyFromUtf8(winner),
          loser.getResponses(0).getResponseRange().getKvs(0).getValue(),
          "what the loser reads");
    }
  }

  private static Txn creator(Keys keys, String name, String value) {
    return new Txn()
        .when(keys.created(name, CompareResult.EQUAL, 0))
        .then(op(keys.put(name, value)))
        .otherwise(op(keys.get(name)));
  }

  /** Asks once with reads, which no log sees, and once with writes. */
  private static void expect(boolean holds, Store store, Keys keys, Compare... compares) {
    var read = store.txn(new Txn().when(compares).then(op(keys.get("probe"))));
    Expect.equal(holds, read.getSucceeded(), "read-only txn over " + List.of(compares));
    var write = store.txn(new Txn().when(compares).then(op(keys.delete("no such key"))));
    Expect.equal(holds, write.getSucceeded(), "txn over " + List.of(compares));
  }
}
