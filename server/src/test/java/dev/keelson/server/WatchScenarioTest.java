package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.server.WatchClient.Seen;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watches on three whole members: at followers, across leaders, without one, and many of them. */
class WatchScenarioTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private TestCluster cluster;
  private int leader;
  private int follower;
  private int other;

  @BeforeEach
  void start() throws Exception {
    cluster = new TestCluster(directory, 3).startAll();
    leader = cluster.awaitLeader();
    follower = (leader + 1) % 3;
    other = (leader + 2) % 3;
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void awaitCreated(List<WatchClient> watches) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> watches.stream().allMatch(WatchClient::isCreated));
  }

  private static void awaitSeen(WatchClient watch, List<Seen> expected) {
    await().atMost(PATIENCE).until(() -> watch.count() >= expected.size());
    assertThat(watch.seen()).isEqualTo(expected);
  }

  @Test
  @Tag("W16")
  @Tag("W11")
  void aWatchAtAFollowerSeesWhatIsWrittenThroughTheLeaderInOrder() {
    var watch = WatchClient.open(cluster.client(follower).channel(), "k", 0);
    awaitCreated(List.of(watch));
    var expected = new ArrayList<Seen>();

    for (int i = 0; i < 200; i++) {
      String key = "k" + i % 7;
      expected.add(new Seen(cluster.client(leader).put(key, "v" + i), key + "=v" + i));
      if (i % 10 == 9) {
        cluster.client(leader).delete(key);
        expected.add(new Seen(expected.getLast().revision() + 1, key));
      }
    }

    awaitSeen(watch, expected);
  }

  @Test
  @Tag("W11")
  @Tag("WA-reliable")
  @Tag("WA-resume")
  void aWatchAtASurvivorMissesNothingWhenTheLeaderStops() {
    var watch = WatchClient.open(cluster.client(follower).channel(), "k", 0);
    awaitCreated(List.of(watch));
    var acknowledged = new ArrayList<Seen>();
    for (int i = 0; i < 100; i++) {
      acknowledged.add(new Seen(cluster.client(follower).put("k", "a" + i), "k=a" + i));
    }

    var stopping = Thread.ofPlatform().start(() -> cluster.stop(leader));
    int after = 0;
    long until = System.nanoTime() + 5 * PATIENCE.toNanos();
    for (int i = 0; after < 100; i++) {
      assertThat(System.nanoTime()).as("the survivors serve").isLessThan(until);
      boolean stopped = !stopping.isAlive();
      try {
        acknowledged.add(new Seen(cluster.client(follower).put("k", "b" + i), "k=b" + i));
        after += stopped ? 1 : 0;
      } catch (StatusRuntimeException e) {
        // Written or not: the history of another member says.
        assertThat(e.getStatus().getCode())
            .isIn(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
      }
    }

    long first = acknowledged.getFirst().revision();
    var witness = WatchClient.open(cluster.client(other).channel(), "k", first);
    var last = acknowledged.getLast();
    await().atMost(PATIENCE).until(() -> witness.seen().contains(last));
    await().atMost(PATIENCE).until(() -> watch.seen().contains(last));
    assertThat(watch.seen()).isEqualTo(witness.seen()).containsAll(acknowledged);
    assertThat(watch.seen())
        .extracting(Seen::revision)
        .isEqualTo(LongStream.rangeClosed(first, last.revision()).boxed().toList());
    assertThat(watch.end()).isEmpty();
  }

  @Test
  @Tag("W20")
  void onlyStreamsThatAskForALeaderEndWithoutOne() {
    var channel = cluster.client(follower).channel();
    var content = WatchClient.open(channel, "k", 0);
    awaitCreated(List.of(content));
    var needing = awaitServed(() -> WatchClient.withLeader(channel, "k"));
    await().atMost(PATIENCE).until(() -> content.count() >= 1);

    cluster.stop(leader);
    cluster.stop(other);

    await().atMost(PATIENCE).until(() -> needing.end().isPresent());
    assertThat(needing.end().orElseThrow().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(needing.end().orElseThrow().getDescription()).isEqualTo("etcdserver: no leader");
    assertThat(content.end()).isEmpty();
    var refused = WatchClient.withLeader(channel, "k");
    await().atMost(PATIENCE).until(() -> refused.end().isPresent());
    assertThat(refused.end().orElseThrow().getDescription()).isEqualTo("etcdserver: no leader");
    assertThat(content.end()).isEmpty();
  }

  /** One that hears of a put. On a busy machine the leader may be gone for so long as to end it. */
  private WatchClient awaitServed(Supplier<WatchClient> opening) {
    while (true) {
      var watch = opening.get();
      await().atMost(PATIENCE).until(() -> watch.isCreated() || watch.end().isPresent());
      cluster.client(follower).put("k", "v");
      await().atMost(PATIENCE).until(() -> watch.count() >= 1 || watch.end().isPresent());
      if (watch.end().isEmpty()) {
        return watch;
      }
    }
  }

  @Test
  @Tag("W21")
  @Tag("WA-fair")
  void aClientThatNeverReadsIsHeldToABoundDisturbsNobodyAndCatchesUp() {
    int writes = 400;
    String padding = "x".repeat(100_000);
    var writer = cluster.client(leader);
    for (int i = 0; i < writes; i++) {
      writer.put("k" + i % 4, i + padding); // so that all that grows once has grown
    }
    cluster.client(follower).put("j", "applied here, and so is all before");
    try (var aside = new TestClient(cluster.clientPort(follower))) {
      var idle = WatchClient.idle(aside.channel(), "k");
      var reader = WatchClient.open(cluster.client(follower).channel(), "k", 0);
      awaitCreated(List.of(idle, reader));

      var expected = new ArrayList<Long>();
      for (int i = 0; i < writes; i++) {
        expected.add(writer.put("k" + i % 4, i + padding));
      }
      await("the reader hears all while the other has taken nothing")
          .atMost(PATIENCE)
          .until(() -> reader.count() == writes);
      assertThat(reader.seen()).extracting(Seen::revision).isEqualTo(expected);
      reader.cancel();

      assertThat(idle.count()).isZero();
      await().untilAsserted(() -> assertOneIsSlow(Scrape.of(cluster.clientPort(follower))));
      idle.take(Integer.MAX_VALUE);
      await().atMost(PATIENCE).until(() -> idle.count() >= writes);
      assertThat(idle.seen()).extracting(Seen::revision).isEqualTo(expected);
    }
  }

  private static void assertOneIsSlow(Scrape scrape) {
    assertThat(scrape.value("keelson_watch_slow_streams")).isEqualTo(1);
    assertThat(scrape.value("keelson_watch_waiting_bytes"))
        .as("of 40 MB that the idle one is to hear")
        .isLessThan(8 << 20);
  }

  @Test
  void thousandsOfStreamsAreOpenedAndEachIsTold() {
    var clients = new ArrayList<TestClient>();
    try {
      for (int i = 0; i < 6; i++) {
        clients.add(new TestClient(cluster.clientPort(i % 3)));
      }
      var watches = new ArrayList<WatchClient>();
      for (int i = 0; i < 2_000; i++) {
        watches.add(WatchClient.open(clients.get(i % clients.size()).channel(), "k", 0));
      }
      awaitCreated(watches);

      var expected = List.of(new Seen(cluster.client(follower).put("k", "v"), "k=v"));

      await().atMost(PATIENCE).until(() -> watches.stream().allMatch(w -> w.count() >= 1));
      assertThat(watches).allSatisfy(watch -> assertThat(watch.seen()).isEqualTo(expected));
      for (var watch : watches.subList(0, 1_999)) {
        watch.cancel();
      }
      long next = cluster.client(follower).put("k", "w");
      awaitSeen(watches.getLast(), List.of(expected.getFirst(), new Seen(next, "k=w")));
    } finally {
      clients.forEach(TestClient::close);
    }
  }
}
