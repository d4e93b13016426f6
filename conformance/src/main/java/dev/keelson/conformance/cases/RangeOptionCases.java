package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.api.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.List;

/** Section 11.2, second part: limit, counting, sorting and the revision filters. */
public final class RangeOptionCases {
  private RangeOptionCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("31", "a limit cuts the result and says so", RangeOptionCases::limitCuts),
        Case.of("32", "a limit as large as the result cuts nothing", RangeOptionCases::exactLimit),
        Case.of("33", "limits above, of zero and below are none", RangeOptionCases::noLimit),
        Case.of("34", "counting ignores the limit", RangeOptionCases::countOnly),
        Case.of("35", "counting wins over keys only", RangeOptionCases::countWins),
        Case.of("36", "counting ignores the filters", RangeOptionCases::countUnfiltered),
        Case.of("37", "keys only leaves out the value alone", RangeOptionCases::keysOnly),
        Case.of("39", "keys only sorts by the real values", RangeOptionCases::keysOnlyByValue),
        Case.of("40", "ascending by create revision", RangeOptionCases::byCreate),
        Case.of("41", "descending by mod revision", RangeOptionCases::byMod),
        Case.of("42", "descending by version", RangeOptionCases::byVersion),
        Case.of("43", "descending by key", RangeOptionCases::byKeyDown),
        Case.of("44", "a target without order ascends", RangeOptionCases::targetWithoutOrder),
        Case.of("45", "a target without order cuts before it sorts", RangeOptionCases::cutFirst),
        Case.of("46", "min_mod_revision drops older keys", RangeOptionCases::minMod),
        Case.of("47", "max_mod_revision drops newer keys", RangeOptionCases::maxMod),
        Case.of("48", "create revisions bracket one key", RangeOptionCases::bracket),
        Case.of("49", "more counts what the filter left", RangeOptionCases::filterThenLimit),
        Case.of("50", "no more when the filter left one", RangeOptionCases::filterLeavesOne),
        Case.of("51", "negative filters are taken at their word", RangeOptionCases::negative),
        Case.of("52", "max_create_revision 1 leaves nothing", RangeOptionCases::createdByNow),
        Case.of("53", "an unknown sort order is refused", RangeOptionCases::unknownOrder)
            .tagged(Tag.NOT_ON_3_4),
        Case.of("54", "an unknown sort target is refused", RangeOptionCases::unknownTarget)
            .tagged(Tag.NOT_ON_3_4, Tag.CRASHES_3_4));
  }

  private static void limitCuts(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d");
    expect(store.range(keys.everything().setLimit(2)), keys, 4, true, "a", "b");
  }

  private static void exactLimit(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d");
    expect(store.range(keys.everything().setLimit(4)), keys, 4, false, "a", "b", "c", "d");
  }

  private static void noLimit(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d");
    for (long limit : new long[] {5, -1, 0}) {
      expect(store.range(keys.everything().setLimit(limit)), keys, 4, false, "a", "b", "c", "d");
    }
  }

  private static void countOnly(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d");
    expect(store.range(keys.everything().setCountOnly(true).setLimit(1)), keys, 4, false);
  }

  private static void countWins(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d");
    expect(store.range(keys.everything().setCountOnly(true).setKeysOnly(true)), keys, 4, false);
  }

  private static void countUnfiltered(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d");
    var request = keys.everything().setCountOnly(true).setMinModRevision(Long.MAX_VALUE);
    expect(store.range(request), keys, 4, false);
  }

  private static void keysOnly(Store store, Keys keys) {
    store.put(keys.put("a", "first"));
    store.put(keys.put("a", "second"));
    KeyValue whole = store.range(keys.get("a")).getKvs(0);
    KeyValue bare = store.range(keys.get("a").setKeysOnly(true)).getKvs(0);
    Expect.equal(whole.toBuilder().clearValue().build(), bare, "the key without its value");
    Expect.equal(2, bare.getVersion(), "version");
  }

  private static void keysOnlyByValue(Store store, Keys keys) {
    store.put(keys.put("d", "0"));
    store.put(keys.put("c", "1"));
    store.put(keys.put("a", "3"));
    store.put(keys.put("b", "9"));
    RangeResponse found =
        store.range(sorted(keys, SortOrder.ASCEND, SortTarget.VALUE).setKeysOnly(true));
    expect(found, keys, 4, false, "d", "c", "a", "b");
    for (KeyValue kv : found.getKvsList()) {
      Expect.isTrue(kv.getValue().isEmpty(), "the value of " + keys.name(kv) + " is empty");
    }
  }

  private static void byCreate(Store store, Keys keys) {
    store.putAll(keys, "c", "b", "a");
    var request = sorted(keys, SortOrder.ASCEND, SortTarget.CREATE);
    expect(store.range(request.setLimit(1)), keys, 3, true, "c");
    expect(store.range(request.setLimit(0)), keys, 3, false, "c", "b", "a");
  }

  private static void byMod(Store store, Keys keys) {
    store.putAll(keys, "c", "b", "a");
    var request = sorted(keys, SortOrder.DESCEND, SortTarget.MOD);
    expect(store.range(request.setLimit(1)), keys, 3, true, "a");
    expect(store.range(request.setLimit(0)), keys, 3, false, "a", "b", "c");
  }

  private static void byVersion(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "b", "b");
    var request = sorted(keys, SortOrder.DESCEND, SortTarget.VERSION).setLimit(1);
    expect(store.range(request), keys, 3, true, "b");
  }

  private static void byKeyDown(Store store, Keys keys) {
    store.putAll(keys, "a", "b", "c", "d");
    var request = sorted(keys, SortOrder.DESCEND, SortTarget.KEY).setLimit(2);
    expect(store.range(request), keys, 4, true, "d", "c");
  }

  private static void targetWithoutOrder(Store store, Keys keys) {
    store.putAll(keys, "c", "b", "a", "d");
    var request = sorted(keys, SortOrder.NONE, SortTarget.MOD);
    expect(store.range(request), keys, 4, false, "c", "b", "a", "d");
  }

  private static void cutFirst(Store store, Keys keys) {
    store.putAll(keys, "c", "b", "a", "d");
    var quirk = sorted(keys, SortOrder.NONE, SortTarget.MOD).setLimit(1);
    expect(store.range(quirk), keys, 4, true, "b");
    var explicit = sorted(keys, SortOrder.ASCEND, SortTarget.MOD).setLimit(1);
    expect(store.range(explicit), keys, 4, true, "c");
    // R13: a filter that drops nothing has the whole range sorted before the cut.
    expect(store.range(quirk.setMinModRevision(1)), keys, 4, true, "c");
  }

  private static void minMod(Store store, Keys keys) {
    long first = putFive(store, keys);
    var request = keys.everything().setMinModRevision(first + 2);
    expect(store.range(request), keys, 5, false, "c", "d", "e");
  }

  private static void maxMod(Store store, Keys keys) {
    long first = putFive(store, keys);
    var request = keys.everything().setMaxModRevision(first + 2);
    expect(store.range(request), keys, 5, false, "a", "b", "c");
  }

  private static void bracket(Store store, Keys keys) {
    long first = putFive(store, keys);
    store.put(keys.put("b", "again"));
    var request = keys.everything().setMinCreateRevision(first + 1).setMaxCreateRevision(first + 1);
    expect(store.range(request), keys, 5, false, "b");
  }

  private static void filterThenLimit(Store store, Keys keys) {
    long first = putFour(store, keys);
    var request = keys.everything().setMinModRevision(first + 1).setLimit(1);
    expect(store.range(request), keys, 4, true, "b");
  }

  private static void filterLeavesOne(Store store, Keys keys) {
    long first = putFour(store, keys);
    var request = keys.everything().setMinModRevision(first + 3).setLimit(1);
    expect(store.range(request), keys, 4, false, "d");
  }

  private static void negative(Store store, Keys keys) {
    putFour(store, keys);
    var least = keys.everything().setMinCreateRevision(-1);
    expect(store.range(least), keys, 4, false, "a", "b", "c", "d");
    expect(store.range(keys.everything().setMaxModRevision(-1)), keys, 4, false);
  }

  private static void createdByNow(Store store, Keys keys) {
    putFour(store, keys);
    expect(store.range(keys.everything().setMaxCreateRevision(1)), keys, 4, false);
  }

  private static void unknownOrder(Store store, Keys keys) {
    store.putAll(keys, "a", "b");
    Expect.error(
        EtcdError.INVALID_SORT_OPTION, () -> store.range(keys.everything().setSortOrderValue(7)));
  }

  private static void unknownTarget(Store store, Keys keys) {
    store.putAll(keys, "a", "b");
    Expect.error(
        EtcdError.INVALID_SORT_OPTION, () -> store.range(keys.everything().setSortTargetValue(9)));
  }

  private static long putFive(Store store, Keys keys) {
    long first = putFour(store, keys);
    store.putAll(keys, "e");
    return first;
  }

  /** Puts a, b, c, d and returns the revision of a. */
  private static long putFour(Store store, Keys keys) {
    long first = store.put(keys.put("a", "a")).getHeader().getRevision();
    store.putAll(keys, "b", "c", "d");
    return first;
  }

  private static RangeRequest.Builder sorted(Keys keys, SortOrder order, SortTarget target) {
    return keys.everything().setSortOrder(order).setSortTarget(target);
  }

  private static void expect(
      RangeResponse found, Keys keys, long count, boolean more, String... names) {
    Expect.equal(List.of(names), keys.names(found.getKvsList()), "keys");
    Expect.equal(count, found.getCount(), "count");
    Expect.equal(more, found.getMore(), "more");
  }
}
