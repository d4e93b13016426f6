package dev.keelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Keys, values and transactions. */
abstract class KvContract extends Contract {

  @Test
  void aPutIsReadBackWithItsRevisions() {
    long created = client.kv().put("a", "1");
    long changed = client.kv().put("a", "2");

    KeyValue found = client.kv().get("a").orElseThrow();

    assertThat(found.key()).isEqualTo(Bytes.of("a"));
    assertThat(found.text()).isEqualTo("2");
    assertThat(found.createRevision()).isEqualTo(created);
    assertThat(found.modRevision()).isEqualTo(changed);
    assertThat(found.version()).isEqualTo(2);
    assertThat(changed).isEqualTo(created + 1);
  }

  @Test
  void aMissingKeyIsAbsentAndNotDeleted() {
    assertThat(client.kv().get("nothing")).isEmpty();
    assertThat(client.kv().delete("nothing")).isFalse();
  }

  @Test
  void aPutAnswersWhatWasBeforeWhenAsked() {
    client.kv().put("a", "1");

    assertThat(client.kv().run(Put.of("a", "2")).previous()).isEmpty();
    assertThat(client.kv().run(Put.of("a", "3").withPrevious()).previous())
        .hasValueSatisfying(before -> assertThat(before.text()).isEqualTo("2"));
  }

  @Test
  void aRangeIsOrderedLimitedAndCounted() {
    for (String key : List.of("p/b", "p/a", "p/c", "q")) {
      client.kv().put(key, key);
    }

    GetResult two = client.kv().run(Get.prefix("p/").limit(2));
    GetResult backward = client.kv().run(Get.prefix("p/").descendingBy(Get.Order.KEY).keysOnly());

    assertThat(keys(two)).containsExactly("p/a", "p/b");
    assertThat(two.more()).isTrue();
    assertThat(two.count()).isEqualTo(3);
    assertThat(keys(backward)).containsExactly("p/c", "p/b", "p/a");
    assertThat(backward.keyValues()).allMatch(kv -> kv.value().isEmpty());
    assertThat(client.kv().run(Get.prefix("p/").countOnly()).count()).isEqualTo(3);
  }

  @Test
  void thePastIsReadAsItWas() {
    long first = client.kv().put("a", "1");
    client.kv().put("a", "2");

    assertThat(client.kv().run(Get.key("a").atRevision(first)).first().orElseThrow().text())
        .isEqualTo("1");
  }

  @Test
  void aNamespaceSeesItsOwnKeysOnly() {
    client.kv().put("mine", "1");
    root().kv().put("outside", "2");

    GetResult all = client.kv().run(Get.range(KeyRange.all()));
    GetResult fromOn = client.kv().run(Get.range(KeyRange.from(Bytes.of("m"))));

    assertThat(keys(all)).containsExactly("mine");
    assertThat(keys(fromOn)).containsExactly("mine");
    assertThat(client.namespace("deeper/").kv().run(Get.range(KeyRange.all())).count()).isZero();
    assertThat(client.kv().run(Delete.range(KeyRange.all())).deleted()).isEqualTo(1);
    assertThat(root().kv().get("outside")).isPresent();
  }

  @Test
  void conditionalChangesHappenOnlyWhenTheyMay() {
    assertThat(client.kv().putIfAbsent("a", "1")).isTrue();
    assertThat(client.kv().putIfAbsent("a", "2")).isFalse();
    assertThat(client.kv().compareAndSet("a", "0", "2")).isFalse();
    assertThat(client.kv().compareAndSet("a", "1", "2")).isTrue();

    KeyValue seen = client.kv().get("a").orElseThrow();
    assertThat(client.kv().replace(seen, Bytes.of("3"))).isTrue();
    assertThat(client.kv().replace(seen, Bytes.of("4"))).isFalse();
    assertThat(client.kv().deleteIfUnchanged(seen)).isFalse();
    assertThat(client.kv().get("a").orElseThrow().text()).isEqualTo("3");
  }

  @Test
  void updatesOfManyThreadsLoseNothing() throws Exception {
    Bytes key = Bytes.of("n");
    var threads =
        IntStream.range(0, 4)
            .mapToObj(i -> Thread.ofVirtual().start(() -> countUp(key, 25)))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(client.kv().get(key).orElseThrow().text()).isEqualTo("100");
  }

  private void countUp(Bytes key, int times) {
    for (int i = 0; i < times; i++) {
      Bytes _ =
          client
              .kv()
              .update(key, old -> Codec.LONG.encode(old.map(Codec.LONG::decode).orElse(0L) + 1));
    }
  }

  @Test
  void aTransactionTakesTheBranchThatItsConditionsSay() {
    long revision = client.kv().put("a", "1");
    client.kv().put("b", "2");
    Get readB = Get.key("b");
    Get readA = Get.key("a");
    Put change = Put.of("a", "x");
    Txn txn =
        Txn.when("a").modRevisionIs(revision).and("c").isAbsent().then(change, readB).orElse(readA);

    TxnResult first = client.kv().run(txn);
    TxnResult second = client.kv().run(txn);

    assertThat(first.succeeded()).isTrue();
    assertThat(first.of(change).revision()).isEqualTo(first.revision());
    assertThat(first.of(readB).first().orElseThrow().text()).isEqualTo("2");
    assertThatThrownBy(() -> first.of(readA)).isInstanceOf(IllegalArgumentException.class);
    assertThat(second.succeeded()).isFalse();
    assertThat(second.of(readA).first().orElseThrow().text()).isEqualTo("x");
  }

  @Test
  void aTransactionMayStandInAnother() {
    client.kv().put("a", "1");
    Get inner = Get.key("a");
    Txn nested = Txn.when("a").valueIs("1").then(inner);

    TxnResult result = client.kv().run(Txn.when("a").exists().then(Put.of("b", "2"), nested));

    assertThat(result.of(nested).of(inner).first().orElseThrow().text()).isEqualTo("1");
  }

  @Test
  void everyComparisonSaysWhatItsNameSays() {
    long revision = client.kv().put("k", "m");
    var holding =
        List.of(
            Condition.on("k").exists(),
            Condition.on("none").isAbsent(),
            Condition.on("k").valueIs("m"),
            Condition.on("k").valueIsNot(Bytes.of("n")),
            Condition.on("k").valueIsLess(Bytes.of("n")),
            Condition.on("k").valueIsGreater(Bytes.of("l")),
            Condition.on("k").versionIs(1),
            Condition.on("k").versionIsLess(2),
            Condition.on("k").versionIsGreater(0),
            Condition.on("k").createRevisionIs(revision),
            Condition.on("k").createRevisionIsLess(revision + 1),
            Condition.on("k").createRevisionIsGreater(revision - 1),
            Condition.on("k").modRevisionIs(revision),
            Condition.on("k").modRevisionIsLess(revision + 1),
            Condition.on("k").modRevisionIsGreater(revision - 1),
            Condition.on("k").leaseIs(0),
            Condition.on("k").leaseIsNot(7),
            Condition.on(KeyRange.prefix("k")).versionIs(1));
    var failing =
        List.of(
            Condition.on("none").exists(),
            Condition.on("k").isAbsent(),
            Condition.on("k").valueIs("n"),
            Condition.on("k").valueIsNot(Bytes.of("m")),
            Condition.on("k").valueIsLess(Bytes.of("m")),
            Condition.on("k").valueIsGreater(Bytes.of("m")),
            Condition.on("k").versionIs(2),
            Condition.on("k").versionIsLess(1),
            Condition.on("k").versionIsGreater(1),
            Condition.on("k").createRevisionIsLess(revision),
            Condition.on("k").createRevisionIsGreater(revision),
            Condition.on("k").modRevisionIs(revision + 1),
            Condition.on("k").leaseIs(7),
            Condition.on(KeyRange.prefix("k")).versionIs(2));

    assertThat(holding).allMatch(one -> client.kv().run(Txn.when(one)).succeeded());
    assertThat(failing).noneMatch(one -> client.kv().run(Txn.when(one)).succeeded());
  }

  @Test
  void aStreamIsOneRevisionWhateverHappensMeanwhile() {
    fill(1200);

    try (var stream = client.kv().stream(Get.prefix("s/"))) {
      var keys = stream.iterator();
      assertThat(keys.next().key()).isEqualTo(Bytes.of("s/0000"));
      client.kv().run(Delete.prefix("s/"));
      int read = 1;
      while (keys.hasNext()) {
        assertThat(keys.next().key()).isEqualTo(Bytes.of("s/%04d".formatted(read)));
        read++;
      }
      assertThat(read).isEqualTo(1200);
    }
  }

  @Test
  void aStreamStopsAtItsLimitAndReadsOnlyWhatIsWanted() {
    fill(1200);

    try (var limited = client.kv().stream(Get.prefix("s/").limit(777));
        var few = client.kv().stream(Get.prefix("s/"));
        var none = client.kv().stream(Get.prefix("other/"));
        var one = client.kv().stream(Get.key("s/0007"))) {
      assertThat(limited.count()).isEqualTo(777);
      assertThat(few.limit(3).toList()).hasSize(3);
      assertThat(none).isEmpty();
      assertThat(one).hasSize(1);
    }
  }

  private void fill(int count) {
    for (int from = 0; from < count; from += 100) {
      Put[] batch =
          IntStream.range(from, from + 100)
              .mapToObj(i -> Put.of("s/%04d".formatted(i), "v"))
              .toArray(Put[]::new);
      client.kv().run(Txn.of(batch));
    }
  }

  @Test
  void compactedHistoryHasATypeOfItsOwn() {
    long first = client.kv().put("a", "1");
    long second = client.kv().put("a", "2");

    client.kv().compact(second);

    assertThatThrownBy(() -> client.kv().run(Get.key("a").atRevision(first)))
        .isInstanceOf(CompactedException.class);
    assertThatThrownBy(() -> client.kv().compact(second)).isInstanceOf(CompactedException.class);
    assertThatThrownBy(() -> client.kv().run(Get.key("a").atRevision(second + 1000)))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void typesOfTheProgramAreKeysAndValues() {
    TypedKv<String, Long> numbers = client.kv().typed(Codec.UTF8, Codec.LONG);

    numbers.put("one", 1L);
    assertThat(numbers.putIfAbsent("two", 2L)).isTrue();
    assertThat(numbers.compareAndSet("two", 2L, 3L)).isTrue();

    assertThat(numbers.get("one")).contains(1L);
    try (var all = numbers.stream(KeyRange.all())) {
      assertThat(all).containsExactly(Map.entry("one", 1L), Map.entry("two", 3L));
    }
    assertThat(numbers.delete("one")).isTrue();
  }

  @Test
  void futuresCompleteWhereTheirDependentsMayWait() {
    var chained =
        client
            .kv()
            .async()
            .put("a", "1")
            .thenApply(revision -> client.kv().get("a").orElseThrow().modRevision() == revision);

    assertThat(chained.join()).isTrue();
    assertThatThrownBy(() -> client.kv().async().run(Get.key("a").atRevision(1L << 40)).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(InvalidRequestException.class);
  }

  @Test
  void anInterruptedCallEndsAndLeavesTheFlag() {
    Thread.currentThread().interrupt();
    try {
      client.kv().get("a"); // may also have been answered
    } catch (UnavailableException e) {
      assertThat(e.getStackTrace()[0].getMethodName()).isNotEqualTo("onClose");
    }
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void membersAndTheirStateAreKnown() {
    var members = root().cluster().members();
    var endpoint = root().maintenance().endpoints().getFirst();
    var status = root().maintenance().status(endpoint);

    assertThat(members).hasSize(1);
    assertThat(status.memberId()).isEqualTo(members.getFirst().id());
    assertThat(status.isLeader()).isTrue();
    assertThat(status.details().learner()).isFalse();
    assertThat(root().maintenance().hash(endpoint, 0)).isNotNegative();
    root().maintenance().defragment(endpoint);
    assertThatThrownBy(() -> root().maintenance().status("127.0.0.1:1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<String> keys(GetResult result) {
    return result.keyValues().stream().map(kv -> kv.key().utf8()).toList();
  }
}
