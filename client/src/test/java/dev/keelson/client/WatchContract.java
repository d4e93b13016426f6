package dev.keelson.client;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Watches. */
abstract class WatchContract extends Contract {

  private Collected watch(WatchSpec spec) {
    var collected = Collected.all();
    client.watches().publisher(spec).subscribe(collected);
    return collected;
  }

  private static void awaitLines(Collected collected, String... lines) {
    await()
        .atMost(ofSeconds(60))
        .untilAsserted(() -> assertThat(collected.lines()).containsExactly(lines));
  }

  @Test
  void putsAndDeletesAreToldInOrder() {
    long start = client.kv().put("a", "0");
    Collected collected = watch(WatchSpec.key("a").fromRevision(start + 1));

    client.kv().put("a", "1");
    client.kv().put("b", "not watched");
    client.kv().delete("a");
    client.kv().put("a", "2");

    awaitLines(collected, "a=1", "-a", "a=2");
    assertThat(collected.revisions()).isSorted();
  }

  @Test
  void aWatchFromNowTellsWhatIsPutAfterItWasAskedForAndNothingElse() {
    client.kv().put("a", "before");
    Collected collected = watch(WatchSpec.prefix("a"));
    // The watch begins at some moment after it was asked for: by then this has come.
    await()
        .atMost(ofSeconds(60))
        .untilAsserted(
            () -> {
              client.kv().put("a", "after");
              assertThat(collected.lines()).isNotEmpty();
            });

    assertThat(collected.lines()).containsOnly("a=after");
  }

  @Test
  void thePastIsToldFirst() {
    long first = client.kv().put("p/a", "1");
    client.kv().put("p/a", "2");
    client.kv().delete("p/a");
    Collected collected = watch(WatchSpec.prefix("p/").fromRevision(first));
    client.kv().put("p/b", "3");

    awaitLines(collected, "p/a=1", "p/a=2", "-p/a", "p/b=3");
  }

  @Test
  @Tag("W12")
  void whatIsDoneAtOneRevisionIsToldAsOne() {
    long before = client.kv().put("x", "0");
    Collected collected = watch(WatchSpec.prefix("p/").fromRevision(before + 1));

    TxnResult done =
        client.kv().run(Txn.of(Put.of("p/a", "1"), Put.of("other", "2"), Put.of("p/b", "3")));

    awaitLines(collected, "p/a=1", "p/b=3");
    assertThat(collected.revisions()).containsExactly(done.revision());
  }

  @Test
  void filtersAndPreviousValuesAreThoseThatWereAskedFor() {
    long before = client.kv().put("a", "0");
    Collected noPuts = watch(WatchSpec.key("a").fromRevision(before + 1).withoutPuts());
    Collected noDeletes =
        watch(WatchSpec.key("a").fromRevision(before + 1).withoutDeletes().withPrevious());

    client.kv().put("a", "1");
    client.kv().delete("a");

    awaitLines(noPuts, "-a");
    awaitLines(noDeletes, "a=1");
    Change put = noDeletes.told().getFirst().changes().getFirst();
    assertThat(put.previous().orElseThrow().text()).isEqualTo("0");
    assertThat(noPuts.told().getFirst().changes().getFirst().previous()).isEmpty();
  }

  @Test
  void aSubscriberIsToldNoMoreThanItAskedFor() {
    long before = client.kv().put("a", "0");
    var collected = new Collected(2);
    client.watches().publisher(WatchSpec.key("a").fromRevision(before + 1)).subscribe(collected);
    Collected other = watch(WatchSpec.key("a").fromRevision(before + 1));
    for (int i = 1; i <= 5; i++) {
      client.kv().put("a", Integer.toString(i));
    }

    awaitLines(other, "a=1", "a=2", "a=3", "a=4", "a=5");
    awaitLines(collected, "a=1", "a=2");
    collected.request(1);
    awaitLines(collected, "a=1", "a=2", "a=3");
    collected.request(10);
    awaitLines(collected, "a=1", "a=2", "a=3", "a=4", "a=5");
  }

  @Test
  @Tag("WA-unique")
  @Tag("WA-reliable")
  void aSlowSubscriberHoldsLittleAndMissesNothing() {
    int count = 300;
    String large = "v".repeat(2_000);
    long before = client.kv().put("s", "0");
    var slow = new Collected(25);
    client
        .watches()
        .publisher(WatchSpec.key("s").fromRevision(before + 1).bufferBytes(20_000))
        .subscribe(slow);
    Collected fast = watch(WatchSpec.key("s").fromRevision(before + 1));

    // At once: one after the other they take long where a disk syncs slowly.
    IntStream.range(0, count)
        .mapToObj(i -> client.kv().async().put("s", large))
        .toList()
        .forEach(CompletableFuture::join);
    await().atMost(ofSeconds(60)).until(() -> fast.told().size() == count);
    List<Long> expected = LongStream.rangeClosed(before + 1, before + count).boxed().toList();
    assertThat(fast.revisions()).isEqualTo(expected);

    // It left the stream and comes back, again and again, as room is made.
    for (int wanted = 25; wanted <= count; wanted += 25) {
      int soFar = wanted;
      await().atMost(ofSeconds(60)).until(() -> slow.told().size() == soFar);
      slow.request(25);
    }
    assertThat(slow.revisions()).isEqualTo(expected);
  }

  @Test
  @Tag("W24")
  void aWatchOfCompactedHistoryEndsByItsType() {
    long first = client.kv().put("a", "1");
    long second = client.kv().put("a", "2");
    client.kv().compact(second);

    Collected collected = watch(WatchSpec.key("a").fromRevision(first));

    await().atMost(ofSeconds(60)).until(() -> collected.failure() != null);
    assertThat(collected.failure())
        .isInstanceOfSatisfying(
            CompactedException.class, e -> assertThat(e.compactedRevision()).isEqualTo(second));
    // The others on the stream are not disturbed.
    Collected next = watch(WatchSpec.key("a").fromRevision(second));
    awaitLines(next, "a=2");
  }

  @Test
  void aCancelledWatchIsToldNothingMore() {
    long before = client.kv().put("a", "0");
    Collected cancelled = watch(WatchSpec.key("a").fromRevision(before + 1));
    client.kv().put("a", "1");
    awaitLines(cancelled, "a=1");

    cancelled.cancel();
    Collected other = watch(WatchSpec.key("a").fromRevision(before + 1));
    client.kv().put("a", "2");

    awaitLines(other, "a=1", "a=2");
    assertThat(cancelled.lines()).containsExactly("a=1");
    assertThat(cancelled.completions()).isZero();
  }

  @Test
  void manyWatchersShareAStreamAndNoneHasAThread() {
    long before = client.kv().put("n", "0");
    Collected one = watch(WatchSpec.key("n").fromRevision(before + 1));
    client.kv().put("n", "1");
    awaitLines(one, "n=1");
    long threads = clientThreads();
    var all = new ArrayList<Collected>();
    for (int i = 0; i < 500; i++) {
      all.add(watch(WatchSpec.key("n/" + i % 50).fromRevision(before + 1)));
    }

    IntStream.range(0, 50).forEach(i -> client.kv().put("n/" + i, "x"));

    await().atMost(ofSeconds(60)).until(() -> all.stream().allMatch(c -> c.told().size() == 1));
    assertThat(clientThreads()).isBetween(1L, threads);
  }

  private static long clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("keelson-java-client"))
        .count();
  }

  @Test
  void aListenerMayBlockAndIsToldOneAtATime() throws Exception {
    long before = client.kv().put("a", "0");
    var gate = new CountDownLatch(1);
    var heard = new CopyOnWriteArrayList<Long>();
    Watcher watcher =
        client
            .watches()
            .listen(
                WatchSpec.key("a").fromRevision(before + 1),
                changes -> {
                  awaitGate(gate);
                  heard.add(changes.revision());
                });

    long first = client.kv().put("a", "1");
    long second = client.kv().put("a", "2");
    gate.countDown();

    await()
        .atMost(ofSeconds(60))
        .untilAsserted(() -> assertThat(heard).containsExactly(first, second));
    watcher.close();
  }

  private static void awaitGate(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aListenerThatFailsIsToldSoAndNothingElse() {
    long before = client.kv().put("a", "0");
    var failure = new AtomicReference<RuntimeException>();
    var listener =
        new WatchListener() {
          @Override
          public void changed(Changes changes) {
            throw new IllegalStateException("planted");
          }

          @Override
          public void failed(RuntimeException cause) {
            failure.set(cause);
          }
        };
    try (Watcher _ =
        client.watches().listen(WatchSpec.key("a").fromRevision(before + 1), listener)) {
      client.kv().put("a", "1");

      await().atMost(ofSeconds(60)).until(() -> failure.get() != null);
      assertThat(failure.get()).hasMessage("planted");
    }
  }

  @Test
  void closingTheClientCompletesItsWatches() {
    KeelsonClient own = KeelsonClient.builder().endpoints(store().endpoints()).build();
    var collected = Collected.all();
    own.watches().publisher(WatchSpec.key("a")).subscribe(collected);

    own.close();

    await().atMost(ofSeconds(60)).until(() -> collected.completions() == 1);
    assertThat(collected.failure()).isNull();
  }

  @Test
  void largeRevisionsComeInFragmentsAndAreToldWhole() {
    String large = "v".repeat(100_000);
    for (int i = 0; i < 30; i++) {
      client.kv().put("big/%02d".formatted(i), large);
    }
    // Deleting 30 keys with their 100 kB each is one revision of 3 MB with the previous values.
    long before = client.kv().put("x", "0");
    Collected collected = watch(WatchSpec.prefix("big/").fromRevision(before + 1).withPrevious());
    long deleted = client.kv().run(Delete.prefix("big/")).revision();

    await().atMost(ofSeconds(60)).until(() -> !collected.told().isEmpty());
    assertThat(collected.revisions()).containsExactly(deleted);
    assertThat(collected.told().getFirst().changes()).hasSize(30);
    assertThat(collected.told().getFirst().changes())
        .allMatch(change -> change.previous().orElseThrow().text().equals(large));
  }
}
