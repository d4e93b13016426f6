package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Members killed with -9 while clients write: nothing acknowledged is lost, and writes go on. */
class KillAndRestartTest {
  private static final int CONNECTIONS = 16;
  private static final int ROUNDS = 10;

  /** A bound for hangs: the promise of 3 s (reliability 1.10) is for a machine of its own. */
  private static final Duration RESUMES_WITHIN = Duration.ofMinutes(3);

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.of(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("DU-ack")
  @Tag("DV-hash")
  void tenKillsLoseNoAcknowledgedWrite(long seed) {
    Clusters.with(
        3,
        cluster -> {
          var random = new Random(seed);
          var resumed = new ArrayList<Long>();
          var writers = Writers.start(cluster.endpoints(), CONNECTIONS, "seed-" + seed);
          try (writers) {
            for (int round = 0; round < ROUNDS; round++) {
              boolean leader = random.nextInt(3) > 0;
              resumed.add(killAndRestart(cluster, writers, leader, random.nextInt(3)));
            }
          }
          System.out.printf(
              "seed=%d puts=%d acknowledged=%d failed=%d resumed_ms=%s%n",
              seed, writers.attempts(), writers.acks().size(), writers.failures(), resumed);

          assertThat(writers.acks()).hasSizeGreaterThan(500);
          for (String endpoint : cluster.endpoints()) {
            StoreCheck.everyAckIsThere(endpoint, writers.acks());
          }
          StoreCheck.hashesAgree(cluster);
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("DU-ack")
  @Tag("DV-hash")
  void allMembersKilledAtOnceLoseNoAcknowledgedWrite(long seed) {
    Clusters.with(
        3,
        cluster -> {
          var acks = new ArrayList<Writers.Ack>();
          for (int round = 0; round < 2; round++) {
            String run = "seed-" + seed + "-round-" + round;
            var writers = Writers.start(cluster.endpoints(), CONNECTIONS, run);
            try (writers) {
              writers.awaitAcknowledged(500 + new Random(seed).nextInt(500));
              cluster.members().forEach(MemberProcess::signalKill);
              cluster.members().forEach(MemberProcess::kill);
            }
            acks.addAll(writers.acks());
            cluster.startAll();
            StoreCheck.everyAckIsThere(cluster.endpoints().getFirst(), acks);
            StoreCheck.hashesAgree(cluster);
          }
        });
  }

  /** Answers after how many milliseconds a write that was called after the kill succeeded. */
  private static long killAndRestart(
      ProcessCluster cluster, Writers writers, boolean leader, int other) {
    MemberProcess elected = Clusters.awaitLeader(cluster);
    MemberProcess victim = leader ? elected : cluster.member(other);
    writers.awaitMore(50);

    victim.kill();
    writers.mark();
    Duration pause =
        await()
            .pollInterval(Duration.ofMillis(10))
            .atMost(RESUMES_WITHIN)
            .until(writers::firstAnswerAfterMark, Optional::isPresent)
            .orElseThrow();

    victim.start();
    victim.awaitServing(ProcessCluster.STARTS_WITHIN);
    return pause.toMillis();
  }
}
