package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.List;

/** Section 11.2, first part: which keys a range finds, and at which revision. */
public final class RangeCases {
  private static final ByteString ZERO = bytes(0);
  private static final ByteString ALL_ONES = bytes(0xff);

  private RangeCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("22", "a range holds its start and not its end", RangeCases::halfOpen),
        Case.of("23", "keys are ordered as unsigned bytes", RangeCases::prefix),
        Case.of("24", "range_end 0x00 means no upper bound", RangeCases::fromKey)
            .tagged(Tag.WHOLE_STORE),
        Case.of("25", "key and range_end 0x00 are all keys", RangeCases::all)
            .tagged(Tag.WHOLE_STORE),
        Case.of("26", "range_end 0x00 0x00 is an ordinary bound", RangeCases::zeroZero)
            .tagged(Tag.WHOLE_STORE),
        Case.of("27", "the key 0xff is found from itself on", RangeCases::allOnes)
            .tagged(Tag.WHOLE_STORE),
        Case.of("28", "a reversed range is empty", RangeCases::reversed),
        Case.of("29", "a range that ends where it starts is empty", RangeCases::emptySpan),
        Case.of("30", "an empty key is refused", RangeCases::emptyKey),
        Case.of("55", "a past revision shows the past value", RangeCases::past),
        Case.of("56", "a past revision hides later keys", RangeCases::hidesLater),
        Case.of("57", "a future revision is refused", RangeCases::future),
        Case.of("58", "a negative revision means the latest", RangeCases::negative),
        Case.of("59", "below the compacted revision is refused", RangeCases::compacted)
            .tagged(Tag.WHOLE_STORE),
        Case.of("60", "counting at a future revision is refused", RangeCases::countFuture),
        Case.of("61", "a key is absent from its deletion on", RangeCases::deleted),
        Case.of("284", "both kinds of read see an acknowledged put", RangeCases::bothReads));
  }

  private static void halfOpen(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c");
    RangeResponse found = store.range(keys.span("a", "c"));
    Expect.equal(List.of("a", "b"), keys.names(found.getKvsList()), "keys");
    Expect.equal(2, found.getCount(), "count");
    Expect.isFalse(found.getMore(), "more");
  }

  private static void prefix(Store store, Keys keys) {
    ByteString a = keys.at("a");
    List<ByteString> under = List.of(a, a.concat(ZERO), a.concat(ALL_ONES));
    put(store, keys.at("b"));
    for (ByteString key : under.reversed()) {
      put(store, key);
    }
    RangeResponse found = store.range(keys.span("a", "b"));
    Expect.equal(under, found.getKvsList().stream().map(KeyValue::getKey).toList(), "keys");
  }

  private static void fromKey(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c");
    put(store, ALL_ONES);
    RangeResponse found =
        store.range(RangeRequest.newBuilder().setKey(keys.at("b")).setRangeEnd(ZERO));
    Expect.equal(
        List.of(keys.at("b"), keys.at("c"), ALL_ONES),
        found.getKvsList().stream().map(KeyValue::getKey).toList(),
        "keys");
  }

  private static void all(Store store, Keys keys) {
    List<ByteString> sorted =
        List.of(ZERO, bytes(0, 0xff), keys.at("a"), bytes(0x7f), bytes(0x80), ALL_ONES);
    for (ByteString key : List.of(5, 2, 0, 4, 1, 3).stream().map(sorted::get).toList()) {
      put(store, key);
    }
    RangeResponse found = store.range(RangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO));
    Expect.equal(sorted, found.getKvsList().stream().map(KeyValue::getKey).toList(), "keys");
    Expect.equal(6, found.getCount(), "count");
  }

  private static void zeroZero(Store store, Keys keys) {
    put(store, ZERO);
    put(store, bytes(0, 0));
    put(store, keys.at("a"));
    RangeResponse found =
        store.range(RangeRequest.newBuilder().setKey(ZERO).setRangeEnd(bytes(0, 0)));
    Expect.equal(List.of(ZERO), found.getKvsList().stream().map(KeyValue::getKey).toList(), "keys");
  }

  private static void allOnes(Store store, Keys keys) {
    put(store, ALL_ONES);
    put(store, keys.at("a"));
    RangeResponse found = store.range(RangeRequest.newBuilder().setKey(ALL_ONES).setRangeEnd(ZERO));
    Expect.equal(
        List.of(ALL_ONES), found.getKvsList().stream().map(KeyValue::getKey).toList(), "keys");
  }

  private static void reversed(Store store, Keys keys) {
    store.putAll(keys, "a", "m", "z");
    expectNothing(store.range(keys.span("z", "a")));
    Expect.equal(2, store.range(keys.span("a", "z")).getCount(), "count the right way round");
  }

  private static void emptySpan(Store store, Keys keys) {
    store.putAll(keys, "a", "b");
    expectNothing(store.range(keys.span("a", "a")));
    Expect.equal(1, store.range(keys.get("a")).getCount(), "count of the key itself");
  }

  private static void emptyKey(Store store, Keys keys) {
    Expect.error(EtcdError.EMPTY_KEY, () -> store.range(RangeRequest.newBuilder()));
    Expect.error(
        EtcdError.EMPTY_KEY,
        () -> store.range(RangeRequest.newBuilder().setRangeEnd(keys.at("a"))));
  }

  private static void past(Store store, Keys keys) {
    long first = store.put(keys.put("a", "old")).getHeader().getRevision();
    store.put(keys.put("a", "new"));
    KeyValue kv = store.range(keys.get("a").setRevision(first)).getKvs(0);
    Expect.equal("old", kv.getValue().toStringUtf8(), "value");
    Expect.equal(1, kv.getVersion(), "version");
    Expect.equal(first, kv.getModRevision(), "mod_revision");
  }

  private static void hidesLater(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    store.put(keys.put("b", "1"));
    RangeResponse found = store.range(keys.everything().setRevision(before));
    Expect.equal(List.of("a"), keys.names(found.getKvsList()), "keys");
    Expect.equal(1, found.getCount(), "count");
  }

  private static void future(Store store, Keys keys) {
    long now = store.put(keys.put("a", "1")).getHeader().getRevision();
    Expect.error(EtcdError.FUTURE_REV, () -> store.range(keys.get("a").setRevision(now + 1)));
    Expect.equal(1, store.range(keys.get("a").setRevision(now)).getCount(), "count at now");
  }

  private static void negative(Store store, Keys keys) {
    store.put(keys.put("a", "old"));
    store.put(keys.put("a", "new"));
    List<KeyValue> latest = store.range(keys.get("a").setRevision(-5)).getKvsList();
    Expect.equal(store.range(keys.get("a")).getKvsList(), latest, "keys at revision -5");
    Expect.equal("new", latest.getFirst().getValue().toStringUtf8(), "value");
  }

  private static void compacted(Store store, Keys keys) {
    long floor = store.put(keys.put("a", "old")).getHeader().getRevision();
    store.put(keys.put("a", "new"));
    store.compact(floor);
    Expect.error(EtcdError.COMPACTED, () -> store.range(keys.get("a").setRevision(floor - 1)));
    Expect.error(
        EtcdError.COMPACTED,
        () -> store.range(keys.get("a").setRevision(floor - 1).setCountOnly(true)));
    RangeResponse found = store.range(keys.get("a").setRevision(floor));
    Expect.equal("old", found.getKvs(0).getValue().toStringUtf8(), "value at the floor");
  }

  private static void countFuture(Store store, Keys keys) {
    long now = store.put(keys.put("a", "1")).getHeader().getRevision();
    Expect.error(
        EtcdError.FUTURE_REV,
        () -> store.range(keys.get("a").setCountOnly(true).setRevision(now + 1)));
  }

  private static void deleted(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long gone = store.delete(keys.delete("a")).getHeader().getRevision();
    Expect.equal(0, store.range(keys.get("a").setRevision(gone)).getCount(), "count from then");
    Expect.equal(1, store.range(keys.get("a").setRevision(gone - 1)).getCount(), "count before");
  }

  private static void bothReads(Store store, Keys keys) {
    for (int round = 0; round < 50; round++) {
      String value = "v" + round;
      long put = store.put(keys.put("a", value)).getHeader().getRevision();
      RangeResponse local = store.range(keys.get("a").setSerializable(true));
      RangeResponse agreed = store.range(keys.get("a"));
      Expect.equal(value, local.getKvs(0).getValue().toStringUtf8(), "serializable value");
      Expect.equal(value, agreed.getKvs(0).getValue().toStringUtf8(), "linearizable value");
      Expect.equal(put, local.getHeader().getRevision(), "serializable header revision");
      Expect.equal(put, agreed.getHeader().getRevision(), "linearizable header revision");
    }
  }

  private static void expectNothing(RangeResponse found) {
    Expect.equal(0, found.getKvsCount(), "keys");
    Expect.equal(0, found.getCount(), "count");
    Expect.isFalse(found.getMore(), "more");
  }

  private static void put(Store store, ByteString key) {
    store.put(PutRequest.newBuilder().setKey(key).setValue(key));
  }

  private static ByteString bytes(int... octets) {
    byte[] array = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      array[i] = (byte) octets[i];
    }
    return ByteString.copyFrom(array);
  }
}
