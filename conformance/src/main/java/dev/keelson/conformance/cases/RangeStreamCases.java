package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.api.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RangeStreamResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Section 11.3, with 287 and 288: a range sent as a stream of chunks. */
public final class RangeStreamCases {
  private static final int KEYS = 25;

  private RangeStreamCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.of("66", "chunks merge into the plain range", RangeStreamCases::merges),
            Case.of("67", "only the last message has header and count", RangeStreamCases::lastOnly),
            Case.of("68", "a limit of 5 of 25", (s, k) -> limited(s, k, 5, 5, true)),
            Case.of(
                "69", "a limit of the first chunk's size", (s, k) -> limited(s, k, 10, 10, true)),
            Case.of("70", "limits of all and of more", RangeStreamCases::limitOfAll),
            Case.of("71", "an empty range is one message", RangeStreamCases::empty),
            Case.of("72", "counting is one message", RangeStreamCases::countOnly),
            Case.of("73", "writes during the stream are invisible", RangeStreamCases::pinned),
            Case.of("74", "compaction ends a stream it overtakes", RangeStreamCases::overtaken)
                .tagged(Tag.WHOLE_STORE),
            Case.of("75", "custom sort orders are refused", RangeStreamCases::sortRefused),
            Case.of("76", "revision filters are refused", RangeStreamCases::filterRefused),
            Case.of("77", "ascending by key is accepted", RangeStreamCases::ascending),
            Case.of("78", "it fails as a range does", RangeStreamCases::failsAsRange),
            Case.of("79", "large values arrive in order", RangeStreamCases::largeValues),
            Case.of("287", "keys only, streamed", RangeStreamCases::keysOnly),
            Case.of("288", "a single key, present and absent", RangeStreamCases::single))
        .stream()
        .map(one -> one.tagged(Tag.NOT_ON_3_4))
        .toList();
  }

  private static void merges(Store store, Keys keys) {
    putMany(store, keys);
    List<RangeResponse> chunks = all(store.rangeStream(keys.everything()));
    Expect.isTrue(chunks.size() >= 2, "25 keys come in more than one message");
    Expect.equal(store.range(keys.everything()), merged(chunks), "merged messages");
  }

  private static void lastOnly(Store store, Keys keys) {
    putMany(store, keys);
    List<RangeResponse> chunks = all(store.rangeStream(keys.everything()));
    for (RangeResponse chunk : chunks.subList(0, chunks.size() - 1)) {
      Expect.isFalse(chunk.hasHeader(), "an early message has a header");
      Expect.isFalse(chunk.getMore(), "an early message has more");
      Expect.equal(0, chunk.getCount(), "count of an early message");
    }
    Expect.isTrue(chunks.getLast().hasHeader(), "the last message has a header");
    Expect.equal(KEYS, chunks.getLast().getCount(), "count of the last message");
  }

  private static void limited(Store store, Keys keys, long limit, int found, boolean more) {
    putMany(store, keys);
    RangeResponse response = merged(all(store.rangeStream(keys.everything().setLimit(limit))));
    Expect.equal(found, response.getKvsCount(), "keys with limit " + limit);
    Expect.equal(more, response.getMore(), "more with limit " + limit);
    Expect.equal(KEYS, response.getCount(), "count with limit " + limit);
  }

  private static void limitOfAll(Store store, Keys keys) {
    limited(store, keys, 25, KEYS, false);
    limited(store, keys, 100, KEYS, false);
    limited(store, keys, -1, KEYS, false);
  }

  private static void empty(Store store, Keys keys) {
    List<RangeResponse> chunks = all(store.rangeStream(keys.everything()));
    Expect.equal(1, chunks.size(), "messages");
    Expect.isTrue(chunks.getFirst().getHeader().getRevision() > 0, "the header is set");
    Expect.equal(0, chunks.getFirst().getCount(), "count");
    Expect.equal(0, chunks.getFirst().getKvsCount(), "keys");
  }

  private static void countOnly(Store store, Keys keys) {
    putMany(store, keys);
    List<RangeResponse> chunks =
        all(store.rangeStream(keys.everything().setCountOnly(true).setLimit(1)));
    Expect.equal(1, chunks.size(), "messages");
    Expect.equal(KEYS, chunks.getFirst().getCount(), "count");
    Expect.equal(0, chunks.getFirst().getKvsCount(), "keys");
    Expect.isFalse(chunks.getFirst().getMore(), "more");
  }

  private static void pinned(Store store, Keys keys) {
    putMany(store, keys);
    RangeResponse before = store.range(keys.everything());
    Iterator<RangeStreamResponse> stream = store.rangeStream(keys.everything());
    var chunks = new ArrayList<>(List.of(stream.next().getRangeResponse()));
    store.putAll(keys, "k05x", "k24", "z");
    chunks.addAll(all(stream));
    Expect.equal(before, merged(chunks), "the stream, compared with a range at its start");
  }

  private static void overtaken(Store store, Keys keys) {
    ByteString value = ByteString.copyFrom(new byte[10 * 1024]);
    for (int i = 0; i < 1000; i++) {
      store.put(PutRequest.newBuilder().setKey(keys.at("k%04d".formatted(i))).setValue(value));
    }
    Iterator<RangeStreamResponse> stream = store.rangeStream(keys.everything());
    var seen = new ArrayList<>(stream.next().getRangeResponse().getKvsList());
    store.put(keys.put("z", "1"));
    store.compactPhysically(store.put(keys.put("z", "2")).getHeader().getRevision());
    Expect.error(
        EtcdError.COMPACTED,
        () -> stream.forEachRemaining(m -> seen.addAll(m.getRangeResponse().getKvsList())));
    Expect.isTrue(seen.size() >= 10, "ten keys arrived before the end, got " + seen.size());
  }

  private static void sortRefused(Store store, Keys keys) {
    putMany(store, keys);
    Expect.error(
        EtcdError.RANGE_STREAM_SORT,
        () -> all(store.rangeStream(sorted(keys, SortOrder.DESCEND, SortTarget.KEY))));
    Expect.error(
        EtcdError.RANGE_STREAM_SORT,
        () -> all(store.rangeStream(sorted(keys, SortOrder.ASCEND, SortTarget.MOD))));
  }

  private static void filterRefused(Store store, Keys keys) {
    for (RangeRequest.Builder request :
        List.of(
            keys.everything().setMinModRevision(1),
            keys.everything().setMaxModRevision(1),
            keys.everything().setMinCreateRevision(1),
            keys.everything().setMaxCreateRevision(1))) {
      Expect.error(EtcdError.RANGE_STREAM_FILTER, () -> all(store.rangeStream(request)));
    }
  }

  private static void ascending(Store store, Keys keys) {
    putMany(store, keys);
    RangeResponse found =
        merged(all(store.rangeStream(sorted(keys, SortOrder.ASCEND, SortTarget.KEY))));
    Expect.equal(store.range(keys.everything()), found, "merged messages");
  }

  private static void failsAsRange(Store store, Keys keys) {
    Expect.error(EtcdError.EMPTY_KEY, () -> all(store.rangeStream(RangeRequest.newBuilder())));
    long now = store.put(keys.put("a", "1")).getHeader().getRevision();
    Expect.error(
        EtcdError.FUTURE_REV, () -> all(store.rangeStream(keys.everything().setRevision(now + 1))));
  }

  private static void largeValues(Store store, Keys keys) {
    ByteString value = ByteString.copyFrom(new byte[1024 * 1024]);
    for (int i = 0; i < 20; i++) {
      store.put(PutRequest.newBuilder().setKey(keys.at("k%02d".formatted(i))).setValue(value));
    }
    List<RangeResponse> chunks = all(store.rangeStream(keys.everything()));
    Expect.isTrue(chunks.size() >= 2, "20 MiB come in more than one message");
    RangeResponse merged = merged(chunks);
    Expect.equal(
        keys.names(store.range(keys.everything().setKeysOnly(true)).getKvsList()),
        keys.names(merged.getKvsList()),
        "keys");
    Expect.isTrue(
        merged.getKvsList().stream().allMatch(kv -> kv.getValue().equals(value)),
        "every value is whole");
  }

  private static void keysOnly(Store store, Keys keys) {
    putMany(store, keys);
    RangeResponse found = merged(all(store.rangeStream(keys.everything().setKeysOnly(true))));
    Expect.equal(store.range(keys.everything().setKeysOnly(true)), found, "merged messages");
    Expect.isTrue(found.getKvsList().stream().allMatch(kv -> kv.getValue().isEmpty()), "no values");
  }

  private static void single(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    List<RangeResponse> present = all(store.rangeStream(keys.get("a")));
    Expect.equal(1, present.size(), "messages for a present key");
    Expect.equal(store.range(keys.get("a")), present.getFirst(), "the message");
    List<RangeResponse> absent = all(store.rangeStream(keys.get("b")));
    Expect.equal(1, absent.size(), "messages for an absent key");
    Expect.equal(0, absent.getFirst().getCount(), "count of an absent key");
  }

  private static void putMany(Store store, Keys keys) {
    for (int i = 0; i < KEYS; i++) {
      store.put(keys.put("k%02d".formatted(i), "value " + i));
    }
  }

  private static RangeRequest.Builder sorted(Keys keys, SortOrder order, SortTarget target) {
    return keys.everything().setSortOrder(order).setSortTarget(target);
  }

  private static List<RangeResponse> all(Iterator<RangeStreamResponse> stream) {
    var responses = new ArrayList<RangeResponse>();
    stream.forEachRemaining(message -> responses.add(message.getRangeResponse()));
    return responses;
  }

  private static RangeResponse merged(List<RangeResponse> chunks) {
    var merged = RangeResponse.newBuilder();
    chunks.forEach(merged::mergeFrom);
    return merged.build();
  }
}
