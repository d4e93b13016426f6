package dev.keelson.client.recipe;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.Contract;
import dev.keelson.client.Get;
import dev.keelson.client.KeptLease;
import dev.keelson.client.OwnershipLostException;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Locks, elections and what else is made of leases, transactions and watches. */
abstract class RecipeContract extends Contract {

  private KeptLease session() {
    return client.leases().keep(ofSeconds(60));
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    var task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(300, TimeUnit.SECONDS);
  }

  /** Waits until so many keys stand under the prefix. */
  private void awaitKeys(String prefix, int count) {
    await()
        .atMost(ofSeconds(60))
        .until(() -> client.kv().run(Get.prefix(prefix).countOnly()).count() == count);
  }

  @Test
  void aMutexHasOneOwnerAtATime() throws Exception {
    var inside = new AtomicInteger();
    var entered = new AtomicInteger();
    var tasks =
        IntStream.range(0, 5)
            .mapToObj(
                i ->
                    start(
                        () -> {
                          try (KeptLease session = session()) {
                            var mutex = new FencedMutex(client, session, "m");
                            for (int round = 0; round < 4; round++) {
                              try (Ownership _ = mutex.lock()) {
                                assertThat(inside.incrementAndGet()).isEqualTo(1);
                                entered.incrementAndGet();
                                inside.decrementAndGet();
                              }
                            }
                          }
                          return true;
                        }))
            .toList();
    for (var task : tasks) {
      assertThat(result(task)).isTrue();
    }
    assertThat(entered).hasValue(20);
    assertThat(client.kv().run(Get.prefix("m/").countOnly()).count()).isZero();
  }

  @Test
  @Tag("LK-order")
  @Tag("LK-fence")
  void ownersFollowInTheOrderInWhichTheyCameWithGrowingTokens() throws Exception {
    var order = new CopyOnWriteArrayList<Integer>();
    var tokens = new CopyOnWriteArrayList<Long>();
    try (KeptLease first = session()) {
      Ownership held = new FencedMutex(client, first, "m").lock();
      tokens.add(held.token());
      var waiting = new ArrayList<FutureTask<Boolean>>();
      for (int i = 0; i < 3; i++) {
        int number = i;
        waiting.add(
            start(
                () -> {
                  try (KeptLease session = session();
                      Ownership mine = new FencedMutex(client, session, "m").lock()) {
                    order.add(number);
                    tokens.add(mine.token());
                  }
                  return true;
                }));
        awaitKeys("m/", i + 2);
      }
      assertThat(order).isEmpty();
      held.close();
      for (var task : waiting) {
        assertThat(result(task)).isTrue();
      }
    }
    assertThat(order).containsExactly(0, 1, 2);
    assertThat(tokens).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aMutexThatIsHeldIsNotWaitedForLongerThanWanted() throws Exception {
    try (KeptLease one = session();
        KeptLease other = session()) {
      Ownership held = new FencedMutex(client, one, "m").lock();
      var mutex = new FencedMutex(client, other, "m");

      assertThat(mutex.tryLock(ZERO)).isEmpty();
      assertThat(mutex.tryLock(ofMillis(50))).isEmpty();
      assertThat(client.kv().run(Get.prefix("m/").countOnly()).count()).isEqualTo(1);
      assertThatThrownBy(() -> new FencedMutex(client, one, "m").lock())
          .isInstanceOf(IllegalStateException.class);

      held.close();
      assertThat(mutex.tryLock(ofSeconds(60))).isPresent();
    }
  }

  @Test
  void whoIsInterruptedWhileWaitingLeavesTheLine() throws Exception {
    try (KeptLease one = session();
        KeptLease other = session();
        Ownership _ = new FencedMutex(client, one, "m").lock()) {
      var ended = new CompletableFuture<Throwable>();
      Thread waiting =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      Ownership _ = new FencedMutex(client, other, "m").lock();
                    } catch (InterruptedException | RuntimeException e) {
                      ended.complete(e);
                    }
                  });
      awaitKeys("m/", 2);
      waiting.interrupt();

      assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      awaitKeys("m/", 1);
    }
  }

  @Test
  @Tag("LK-fence")
  void whoLostTheMutexChangesNothingMore() throws Exception {
    try (KeptLease next = session()) {
      KeptLease lost = session();
      Ownership before = new FencedMutex(client, lost, "m").lock();
      Put write = Put.of("guarded", "by the first");
      assertThat(before.run(Txn.of(write)).of(write).revision()).isPositive();
      // Its lease ends, as after a pause that was too long; it does not know.
      assertThat(client.leases().revoke(lost.id())).isTrue();
      Ownership now = new FencedMutex(client, next, "m").lock();

      assertThatThrownBy(() -> before.run(Txn.of(Put.of("guarded", "too late"))))
          .isInstanceOf(OwnershipLostException.class);
      Txn failing = Txn.when("none").exists().then(Put.of("guarded", "not this"));
      assertThat(now.run(failing).succeeded()).isFalse();
      assertThat(client.kv().get("guarded").orElseThrow().text()).isEqualTo("by the first");
      assertThat(now.token()).isGreaterThan(before.token());
      before.close();
      assertThat(now.run(Txn.of(Put.of("guarded", "by the next"))).succeeded()).isTrue();
      lost.close();
      now.close();
    }
  }

  @Test
  void whoseSessionEndsWhileWaitingIsTold() throws Exception {
    try (KeptLease one = session();
        Ownership _ = new FencedMutex(client, one, "m").lock()) {
      KeptLease other = session();
      var waiting = start(() -> new FencedMutex(client, other, "m").lock());
      awaitKeys("m/", 2);

      other.close();

      assertThatThrownBy(() -> result(waiting)).hasCauseInstanceOf(OwnershipLostException.class);
    }
  }

  @Test
  void readersShareAndWritersDoNot() throws Exception {
    try (KeptLease a = session();
        KeptLease b = session();
        KeptLease c = session()) {
      Ownership readerA = new ReadWriteLock(client, a, "rw").lockForReading();
      Ownership readerB = new ReadWriteLock(client, b, "rw").lockForReading();
      var writer = start(() -> new ReadWriteLock(client, c, "rw").lockForWriting());
      awaitKeys("rw/", 3);
      // A reader that comes after the writer waits for it: the writer does not starve.
      var lateSession = session();
      var late = new ReadWriteLock(client, lateSession, "rw");
      assertThat(late.tryLockForReading(ofMillis(20))).isEmpty();
      readerA.close();
      assertThat(writer.isDone()).isFalse();
      readerB.close();

      Ownership writing = result(writer);
      assertThat(late.tryLockForReading(ofMillis(20))).isEmpty();
      assertThat(late.tryLockForWriting(ofMillis(20))).isEmpty();
      writing.close();
      assertThat(late.tryLockForReading(ofSeconds(60))).isPresent();
      lateSession.close();
    }
  }

  @Test
  void aSemaphoreGivesAsManyPermitsAsItHas() throws Exception {
    try (KeptLease a = session();
        KeptLease b = session();
        KeptLease c = session()) {
      Ownership first = new Semaphore(client, a, "s", 2).acquire();
      Ownership second = new Semaphore(client, b, "s", 2).acquire();
      var third = new Semaphore(client, c, "s", 2);
      assertThat(third.tryAcquire(ofMillis(20))).isEmpty();
      var waiting = start(third::acquire);
      awaitKeys("s/", 3);

      second.close();

      assertThat(result(waiting).isHeld()).isTrue();
      assertThat(first.isHeld()).isTrue();
      assertThat(second.isHeld()).isFalse();
    }
  }

  @Test
  void leadersFollowEachOtherAndAreObserved() throws Exception {
    var election = new Election(client, "e");
    var seen = new CopyOnWriteArrayList<String>();
    try (var _ =
            election.observe(
                leader -> seen.add(leader.map(l -> l.value().utf8()).orElse("nobody")));
        KeptLease a = session();
        KeptLease b = session()) {
      assertThat(election.leader()).isEmpty();
      Leadership first = election.campaign(a, Bytes.of("a"));
      assertThat(election.leader().orElseThrow().value()).isEqualTo(Bytes.of("a"));
      assertThat(election.tryCampaign(b, Bytes.of("b"), ofMillis(20))).isEmpty();
      var waiting = start(() -> election.campaign(b, Bytes.of("b")));
      awaitKeys("e/", 2);
      first.proclaim(Bytes.of("a2"));
      assertThat(first.isLeading()).isTrue();
      first.close();
      Leadership second = result(waiting);

      assertThat(second.ownership().token()).isGreaterThan(first.ownership().token());
      assertThatThrownBy(() -> first.proclaim(Bytes.of("a3")))
          .isInstanceOf(OwnershipLostException.class);
      second.close();
      await()
          .atMost(ofSeconds(60))
          .untilAsserted(() -> assertThat(seen).containsExactly("a", "a2", "b", "nobody"));
    }
  }

  @Test
  void aBarrierHoldsAllUntilItIsReleased() throws Exception {
    var barrier = new Barrier(client, "b");
    assertThat(barrier.await(ZERO)).isTrue();
    assertThat(barrier.set()).isTrue();
    assertThat(barrier.set()).isFalse();
    assertThat(barrier.await(ofMillis(20))).isFalse();
    var waiting =
        List.of(
            start(() -> barrier.await(ofSeconds(60))), start(() -> barrier.await(ofSeconds(60))));

    assertThat(barrier.release()).isTrue();

    for (var one : waiting) {
      assertThat(result(one)).isTrue();
    }
    assertThat(barrier.release()).isFalse();
  }

  @Test
  void aBarrierOfASessionFallsWithIt() throws Exception {
    var barrier = new Barrier(client, "b");
    KeptLease session = session();
    assertThat(barrier.set(session)).isTrue();
    var waiting = start(() -> barrier.await(ofSeconds(60)));

    session.close();

    assertThat(result(waiting)).isTrue();
  }

  @Test
  void aCounterLosesNothing() throws Exception {
    var counter = new AtomicCounter(client, "n");
    assertThat(counter.get()).isZero();
    var tasks =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    start(
                        () -> {
                          for (int n = 0; n < 25; n++) {
                            counter.add(2);
                          }
                          return true;
                        }))
            .toList();
    for (var task : tasks) {
      assertThat(result(task)).isTrue();
    }
    assertThat(counter.get()).isEqualTo(200);
    assertThat(counter.add(-201)).isEqualTo(-1);
    assertThatThrownBy(() -> counter.add(Long.MIN_VALUE)).isInstanceOf(ArithmeticException.class);
    assertThat(counter.get()).isEqualTo(-1);
  }

  @Test
  void aQueueGivesEachElementToOneInOrder() throws Exception {
    var queue = new DistributedQueue<>(client, "q", Codec.LONG);
    assertThat(queue.poll()).isEmpty();
    assertThat(queue.take(ofMillis(20))).isEmpty();
    var waiting = start(() -> queue.take(ofSeconds(60)));
    queue.add(1L);
    assertThat(result(waiting)).contains(1L);
    for (long i = 2; i < 42; i++) {
      queue.add(i);
    }
    assertThat(queue.size()).isEqualTo(40);
    var takers =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    start(
                        () -> {
                          var mine = new ArrayList<Long>();
                          for (Optional<Long> one = queue.poll();
                              one.isPresent();
                              one = queue.poll()) {
                            mine.add(one.get());
                          }
                          return mine;
                        }))
            .toList();
    var all = new ArrayList<Long>();
    for (var taker : takers) {
      assertThat(result(taker)).isSorted();
      all.addAll(taker.get());
    }
    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(2, 42).mapToObj(Long::valueOf).toList());
  }

  @Test
  void aConfigurationChangesAsAWhole() {
    var configuration = new DoubleBufferedConfiguration(client, "cfg");
    var seen = new CopyOnWriteArrayList<DoubleBufferedConfiguration.Published>();
    assertThat(configuration.current()).isEmpty();
    try (var _ = configuration.follow(seen::add)) {
      for (int version = 1; version <= 3; version++) {
        configuration.publish(entries(version));
        var now = configuration.current().orElseThrow();
        assertThat(now.entries()).isEqualTo(entries(version));
      }
      await()
          .atMost(ofSeconds(60))
          .until(() -> !seen.isEmpty() && seen.getLast().entries().equals(entries(3)));
      assertThat(seen).allMatch(one -> one.entries().equals(entries(versionOf(one))));
      assertThat(seen.stream().map(DoubleBufferedConfiguration.Published::revision).toList())
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  /** More than fit into one transaction, and another number of them each time. */
  private static Map<String, Bytes> entries(int version) {
    var entries = new HashMap<String, Bytes>();
    IntStream.range(0, 250 - version)
        .forEach(i -> entries.put("k" + i, Bytes.of(Integer.toString(version))));
    return entries;
  }

  private static int versionOf(DoubleBufferedConfiguration.Published one) {
    return Integer.parseInt(one.entries().getOrDefault("k0", Bytes.EMPTY).utf8());
  }

  @Test
  void servicesAreDiscoveredWhileTheyLive() {
    var registry = new ServiceRegistry<>(client, "services", Codec.UTF8);
    var one = registry.register("web", "1", "10.0.0.1:80", ofSeconds(60));
    try (var web = registry.discover("web").start();
        var _ = registry.register("db", "1", "10.0.0.9:5432", ofSeconds(60));
        var _ = registry.register("web", "2", "10.0.0.2:80", ofSeconds(60))) {
      await()
          .atMost(ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(web.snapshot().values())
                      .containsExactly("10.0.0.1:80", "10.0.0.2:80"));
      one.close();
      await()
          .atMost(ofSeconds(60))
          .untilAsserted(() -> assertThat(web.snapshot().values()).containsExactly("10.0.0.2:80"));
    }
  }
}
