package dev.keelson.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client makes of connections that break and members that go. */
abstract class FaultContract extends Contract {
  private CuttingProxy way;
  private KeelsonClient through;

  @BeforeEach
  void openWay() {
    way = new CuttingProxy(store().endpoints().getFirst());
    through =
        KeelsonClient.builder()
            .endpoints(way.endpoint())
            .readAttemptTimeout(ofSeconds(2))
            .callTimeout(ofSeconds(60))
            .build();
  }

  @AfterEach
  void closeWay() {
    through.close();
    way.close();
  }

  @Test
  void aReadIsRepeatedUntilItIsAnswered() {
    root().kv().put("read", "1");
    way.refuse(true);
    var reading = through.kv().async().get("read");
    assertThat(reading).isNotDone();

    way.refuse(false);

    assertThat(reading.join().orElseThrow().text()).isEqualTo("1");
  }

  @Test
  void aReadThatHangsIsAskedAgain() {
    root().kv().put("read", "1");
    assertThat(through.kv().get("read")).isPresent();
    way.loseAnswers(true);
    long before = way.answered();
    var reading = through.kv().async().get("read");
    await().atMost(ofSeconds(60)).until(() -> way.answered() > before);
    assertThat(reading).isNotDone();
    // What is held back is lost for good with its connection.
    way.cut();
    way.loseAnswers(false);

    assertThat(reading.join().orElseThrow().text()).isEqualTo("1");
  }

  @Test
  void aChangeThatWasNeverSentIsDefiniteAndIsSentWhenItCanBe() {
    way.refuse(true);
    assertThatThrownBy(() -> through.kv().within(ofMillis(300)).put("never", "1"))
        .isInstanceOf(UnavailableException.class)
        .isInstanceOf(DefiniteException.class);
    var writing = through.kv().async().put("later", "1");
    assertThat(writing).isNotDone();

    way.refuse(false);

    assertThat(writing.join()).isPositive();
    assertThat(root().kv().get("never")).isEmpty();
  }

  @Test
  void aChangeWhoseAnswerIsLostIsIndefiniteAndNotRepeated() {
    root().kv().put("lost", "0");
    assertThat(through.kv().get("lost")).isPresent();
    way.loseAnswers(true);
    var writing = through.kv().async().put("lost", "1");
    await()
        .atMost(ofSeconds(60))
        .until(() -> root().kv().get("lost").orElseThrow().text().equals("1"));
    way.cut();

    assertThatThrownBy(writing::join).hasCauseInstanceOf(IndefiniteException.class);
    way.loseAnswers(false);
    assertThat(through.kv().get("lost").orElseThrow().version()).isEqualTo(2);
  }

  @Test
  void aChangeThatHangsUntilItsTimeIsOverIsIndefinite() {
    assertThat(through.kv().get("hang")).isEmpty();
    way.freeze(true);

    // A thread that stands still may use up the time before anything is sent.
    await()
        .atMost(ofSeconds(60))
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> through.kv().within(ofMillis(300)).put("hang", "1"))
                    .isInstanceOf(IndefiniteException.class));
  }

  @Test
  @Tag("WA-resume")
  @Tag("WA-unique")
  void aWatchGoesOnOverConnectionsThatAreCutAgainAndAgain() {
    long before = root().kv().put("w", "0");
    var collected = Collected.all();
    var prefix = WatchSpec.key("w").fromRevision(before + 1);
    through.watches().publisher(prefix).subscribe(collected);
    long last = before;
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 10; i++) {
        last = root().kv().put("w", round + "." + i);
      }
      int told = round * 5;
      await()
          .pollInterval(ofMillis(5))
          .atMost(ofSeconds(60))
          .until(() -> collected.told().size() >= told);
      way.cut();
    }

    List<Long> expected = LongStream.rangeClosed(before + 1, last).boxed().toList();
    await().atMost(ofSeconds(60)).until(() -> collected.told().size() >= expected.size());
    assertThat(collected.revisions()).isEqualTo(expected);
  }

  @Test
  @Tag("WA-resume")
  void aWatchThatMissedCompactedHistoryIsToldSo() {
    long before = root().kv().put("w", "0");
    var collected = Collected.all();
    through.watches().publisher(WatchSpec.key("w").fromRevision(before + 1)).subscribe(collected);
    root().kv().put("w", "1");
    await().atMost(ofSeconds(60)).until(() -> collected.told().size() == 1);
    way.refuse(true);
    root().kv().put("w", "2");
    long last = root().kv().put("w", "3");
    root().kv().compact(last);

    way.refuse(false);

    await().atMost(ofSeconds(60)).until(() -> collected.failure() != null);
    assertThat(collected.failure()).isInstanceOf(CompactedException.class);
    assertThat(collected.lines()).containsExactly("w=1");
  }

  @Test
  void aLeaseSurvivesItsConnection() {
    try (KeptLease lease = through.leases().keep(ofSeconds(12))) {
      LeaseGrant alone = root().leases().grant(ofSeconds(12));
      for (int i = 0; i < 3; i++) {
        way.cut();
        root().kv().put("beat", "1");
      }
      while (root().leases().find(alone.id()).isPresent()) {
        way.cut();
        // What is left after a renewal may be less than just after the one before; its end is
        // later.
        long end = endOf(lease) + ofSeconds(1).toNanos();
        await("renewal over another connection")
            .atMost(ofSeconds(60))
            .until(() -> endOf(lease) > end);
      }

      assertThat(root().leases().find(lease.id())).isPresent();
      assertThat(lease.isAlive()).isTrue();
    }
  }

  private static long endOf(KeptLease lease) {
    return System.nanoTime() + lease.remaining().toNanos();
  }

  @Test
  void aLeaseThatCannotBeRenewedIsNotAliveWhileTheClusterStillHasIt() {
    KeptLease lease = through.leases().keep(ofSeconds(3));
    way.freeze(true);

    await().atMost(ofSeconds(60)).until(() -> !lease.isAlive());

    assertThat(lease.remaining()).isZero();
    assertThat(lease.ended().toCompletableFuture().join())
        .isIn(KeptLease.End.NOT_RENEWED, KeptLease.End.GONE);
  }

  @Test
  void aMemberThatRestartsIsUsedAgain() {
    var collected = Collected.all();
    long before = root().kv().put("r", "0");
    root().watches().publisher(WatchSpec.key("r").fromRevision(before + 1)).subscribe(collected);
    root().kv().put("r", "1");
    await().atMost(ofSeconds(60)).until(() -> collected.told().size() == 1);

    store().stop(0);
    var reading = root().kv().within(ofSeconds(60)).async().get("r");
    store().start(0);
    // Only then does it know that its old connection is gone: a change might be sent over that.
    assertThat(reading.join()).isPresent();
    root().kv().put("r", "2");

    await().atMost(ofSeconds(60)).until(() -> collected.told().size() == 2);
    assertThat(collected.lines()).containsExactly("r=1", "r=2");
  }

  @Test
  void nothingOfAClientIsLeftWhenItIsClosed() {
    long before = clientThreads();
    for (int i = 0; i < 5; i++) {
      try (var one = KeelsonClient.connect(store().endpoints().toArray(String[]::new))) {
        one.kv().put("a", "1");
        one.watches().publisher(WatchSpec.key("a")).subscribe(Collected.all());
        one.leases().keep(ofSeconds(60));
        // The thread of the one before ends a moment after its close.
        await().atMost(ofSeconds(60)).until(() -> clientThreads() <= before + 1);
      }
    }

    await().atMost(ofSeconds(60)).until(() -> clientThreads() <= before);
  }

  private static long clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("keelson-java-client"))
        .count();
  }

  @Test
  void aClosedClientSaysSo() {
    KeelsonClient closed = KeelsonClient.builder().endpoints(store().endpoints()).build();
    closed.close();

    assertThatThrownBy(() -> closed.kv().put("a", "1")).isInstanceOf(ClientClosedException.class);
    assertThatThrownBy(() -> closed.kv().stream(Get.prefix("a")).count())
        .isInstanceOf(ClientClosedException.class);
    var collected = Collected.all();
    closed.watches().publisher(WatchSpec.key("a")).subscribe(collected);
    await().atMost(ofSeconds(60)).until(() -> collected.completions() == 1);
    closed.close();
  }
}
