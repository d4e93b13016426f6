package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.bench.FakeEtcd.Treatment;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LoadRunTest {

  @Test
  void everyPutIsCountedOrNamedUnfinished() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("put", server);

      assertThat(result.exitCode()).isZero();
      assertThat(result.number("ops")).isPositive();
      assertThat(result.number("errors")).isZero();
      assertThat(result.number("ops") + result.number("unfinished")).isEqualTo(server.requests());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void serversAreMeteredByTheirProcessIds() {
    try (var server = FakeEtcd.start()) {
      long self = ProcessHandle.current().pid(); // here the server lives in the same process
      var result = Console.load("put", server, "--server-pids", Long.toString(self));

      assertThat(result.number("serverCpuMicrosPerOp")).isPositive();
      assertThat(result.number("serverResidentMiB")).isPositive();
      assertThat(result.json().get("servers"))
          .asInstanceOf(InstanceOfAssertFactories.LIST)
          .hasSize(1);
      assertThat(result.out()).contains("pid " + self);
    }
  }

  @Test
  void severalThreadsShareConnectionsAndClients() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("put", server, "--threads", "2", "--conns", "3", "--clients", "7");

      assertThat(result.exitCode()).isZero();
      assertThat(result.number("ops") + result.number("unfinished")).isEqualTo(server.requests());
    }
  }

  @Test
  void warmupIsExcluded() {
    var refused = new Treatment.Refuse(Status.INTERNAL.withDescription("still cold"));
    try (var server = FakeEtcd.start(n -> n <= 5 ? refused : new Treatment.Answer())) {
      var result = Console.load("put", server, "--warmup", "3");

      assertThat(result.number("errors")).isZero();
      assertThat(result.number("ops")).isPositive();
      assertThat(result.number("ops") + result.number("unfinished"))
          .isLessThan(server.requests() - 5);
    }
  }

  @Test
  void refusedRequestsAreCountedByStatusAndMessage() {
    var busy =
        new Treatment.Refuse(
            Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests"));
    try (var server = FakeEtcd.start(n -> n % 10 == 0 ? busy : new Treatment.Answer())) {
      var result = Console.load("put", server);

      long errors = result.number("errors");
      assertThat(errors).isPositive();
      assertThat(result.json().get("errorsByMessage"))
          .isEqualTo(
              Map.of("RESOURCE_EXHAUSTED: etcdserver: too many requests", Math.toIntExact(errors)));
      assertThat(result.out()).contains("RESOURCE_EXHAUSTED: etcdserver: too many requests");
    }
  }

  @Test
  void requestWithoutAnswerIsGivenUp() {
    try (var server =
        FakeEtcd.start(n -> n == 3 ? new Treatment.Swallow() : new Treatment.Answer())) {
      var result = Console.load("put", server, "--timeout", "200");

      // A busy machine may be late with others too.
      assertThat(result.part("errorsByMessage"))
          .containsOnlyKeys("CANCELLED: no answer within 200 ms");
    }
  }

  @Test
  void serverThatDiesLeavesErrorsAndTheLoadEndsInTime() {
    try (var server = FakeEtcd.start(n -> n < 50 ? new Treatment.Answer() : new Treatment.Die())) {
      var result = Console.load("put", server);

      assertThat(result.exitCode()).isZero();
      assertThat(result.out()).contains("UNAVAILABLE");
      assertThat(result.number("errors")).isPositive();
    }
  }

  @Test
  void loadInWhichNothingSucceedsFails() {
    try (var server =
        FakeEtcd.start(_ -> new Treatment.Refuse(Status.UNAVAILABLE.withDescription("no")))) {
      var result = Console.load("put", server);

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.json()).containsEntry("ops", 0).containsEntry("p99Micros", null);
      assertThat(result.out()).contains("UNAVAILABLE: no");
    }
  }

  @Test
  void keysAreWrittenBeforeTheyAreRead() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("get", server);

      assertThat(result.number("ops")).isPositive();
      assertThat(result.number("misses")).isZero();
      assertThat(server.requests())
          .isEqualTo(20 + result.number("ops") + result.number("unfinished"));
    }
  }

  @Test
  void rangeReadsAllKeysAtOnce() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("range", server);

      assertThat(result.number("ops")).isPositive();
      assertThat(result.number("misses")).isZero();
    }
  }

  @Test
  void expiringLeasesHaveOneKeyEachBeforeTheLoadBegins() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("put", server, "--expiring-leases", "50");

      assertThat(result.number("ops")).isPositive();
      assertThat(result.err()).contains("granting 50 leases with a key each");
      var keys = new HashMap<>(server.keysByLease());
      assertThat(keys.remove(0L)).isPositive();
      assertThat(keys).hasSize(50).values().containsOnly(1L);
    }
  }

  @Test
  void readsThatFindNothingAreMisses() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("get", server, "--no-prefill", "--serializable");

      assertThat(result.number("misses")).isPositive().isEqualTo(result.number("ops"));
      assertThat(server.serializableReads()).isEqualTo(server.requests());
    }
  }

  @Test
  void loadDoesNotBeginWhenTheKeysCannotBeWritten() {
    var full = new Treatment.Refuse(Status.RESOURCE_EXHAUSTED.withDescription("no space"));
    try (var server = FakeEtcd.start(n -> n == 4 ? full : new Treatment.Answer())) {
      var result = Console.load("get", server);

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).contains("could not be written").contains("no space");
      assertThat(result.out()).isEmpty();
      assertThat(server.requests()).isLessThanOrEqualTo(20);
    }
  }

  @Test
  void mixedLoadKeepsItsRatioAndReportsBothParts() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("mixed", server, "--read-ratio", "0.5");

      long reads = count(result, "readLatency");
      long writes = count(result, "writeLatency");
      assertThat(reads + writes).isEqualTo(result.number("ops"));
      assertThat(result.number("ops")).isPositive();
      // Five times the standard deviation of as many tosses of a coin.
      assertThat(Math.abs(reads - writes))
          .isLessThan(5 * (long) Math.sqrt((double) (reads + writes)) + 5);
      assertThat(result.out()).contains("\nreads ").contains("\nwrites ");
    }
  }

  @Test
  void guardsHoldWhenNobodyElseWrites() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("txn", server);

      assertThat(result.number("ops")).isPositive();
      assertThat(result.number("conflicts")).isZero();
    }
  }

  @Test
  void guardThatDoesNotHoldIsAConflictOnceAndLearnsTheRevision() {
    try (var server = FakeEtcd.start()) {
      var _ = Console.load("get", server);
      var result = Console.load("txn", server, "--no-prefill");

      assertThat(result.number("conflicts")).isBetween(1L, 20L);
      assertThat(result.number("ops")).isGreaterThan(result.number("conflicts"));
    }
  }

  @Test
  void rateIsKept() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("put", server, "--rate", "200", "--seconds", "1");

      assertThat(result.number("ops") + result.number("unfinished") + result.number("unsent"))
          .isEqualTo(200);
      assertThat(server.requests()).isLessThanOrEqualTo(200);
    }
  }

  /** After thirty puts there are no more, and time enough for all of their events. */
  @Test
  void everyWatcherOfTheKeyGetsEveryPut() {
    try (var server =
        FakeEtcd.start(n -> n <= 30 ? new Treatment.Answer() : new Treatment.Swallow())) {
      var result =
          Console.load(
              "watch",
              server,
              "--watchers",
              "25",
              "--streams",
              "4",
              "--timeout",
              "1000",
              "--seconds",
              "5");

      assertThat(result.exitCode()).describedAs(result.err()).isZero();
      assertThat(result.number("ops")).isEqualTo(25 * 30);
      assertThat(count(result, "readLatency")).isEqualTo(result.number("ops"));
      // One that was answered late has been given up; its events have come all the same.
      assertThat(count(result, "writeLatency")).isBetween(1L, 30L);
      assertThat(result.number("maxMicros")).isPositive();
      assertThat(server.watchersByKey()).hasSize(1).containsValue(25L);
      assertThat(server.watchStreams()).isEqualTo(4);
      assertThat(result.out()).contains("\nevents ").contains("\nputs ").contains("25 watchers");
    }
  }

  @Test
  void watchersBesideALoadFollowKeysThatNobodyWrites() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("put", server, "--watchers", "600", "--streams", "2");

      assertThat(result.exitCode()).describedAs(result.err()).isZero();
      assertThat(server.watchersByKey()).hasSize(600);
      assertThat(server.watchStreams()).isEqualTo(2);
      assertThat(count(result, "readLatency")).isZero();
      assertThat(result.number("ops")).isPositive();
    }
  }

  /** One stall of a second must show in a quarter of the operations, not in a single one. */
  @Test
  void stallCountsForAllThatShouldHaveBeenSentMeanwhile() {
    try (var server =
        FakeEtcd.start(n -> n == 10 ? new Treatment.AnswerAfter(1_000) : new Treatment.Answer())) {
      var result =
          Console.load(
              "put", server, "--rate", "100", "--conns", "1", "--clients", "1", "--seconds", "4");

      assertThat(result.number("p90Micros")).isGreaterThan(100_000);
      assertThat(result.number("maxMicros")).isGreaterThanOrEqualTo(999_000);
    }
  }

  @Test
  void leaderOnlyLeavesFollowersAlone() {
    try (var follower = FakeEtcd.follower();
        var leader = FakeEtcd.start()) {
      var endpoints = follower.endpoint() + "," + leader.endpoint();
      var result = Console.load("put", leader, "--endpoints", endpoints, "--leader-only");

      assertThat(result.exitCode()).describedAs(result.err()).isZero();
      assertThat(follower.requests()).isZero();
      assertThat(leader.requests()).isPositive();
    }
  }

  @Test
  void connectionsGoToTheEndpointsInTurn() {
    try (var one = FakeEtcd.start();
        var two = FakeEtcd.start()) {
      var result = Console.load("put", one, "--endpoints", one.endpoint() + "," + two.endpoint());

      assertThat(result.exitCode()).describedAs(result.err()).isZero();
      assertThat(one.requests()).isPositive();
      assertThat(two.requests()).isPositive();
    }
  }

  @Test
  void clusterWithoutALeaderIsNamed() {
    try (var follower = FakeEtcd.follower()) {
      var result = Console.load("put", follower, "--leader-only");

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).contains("none of [" + follower.endpoint() + "] is the leader");
    }
  }

  @Test
  void endpointThatDoesNotAnswerIsNamed() throws IOException {
    // Bound and not listened to: nobody else can come to listen there.
    try (var bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String endpoint = "127.0.0.1:" + bound.getLocalPort();

      var result = Console.run("put", "--endpoints", endpoint);

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err())
          .contains("no answer from " + endpoint + ": UNAVAILABLE")
          .contains("Connection refused");
    }
  }

  @Test
  void linesAreAppendedToTheFileInsteadOfPrinted(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("runs.jsonl");
    try (var server = FakeEtcd.start()) {
      for (int run = 0; run < 2; run++) {
        var result =
            Console.load(
                "put", server, "--seconds", "1", "--json", file.toString(), "--label", "a \"b\"");
        assertThat(result.out()).contains("ops/s").doesNotContain("{");
      }
    }

    var lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    assertThat(Console.parse(lines.getLast())).containsEntry("label", "a \"b\"");
  }

  private static long count(Console result, String part) {
    return ((Number) result.part(part).getOrDefault("count", -1)).longValue();
  }
}
