package dev.keelson.chaos.processes;

import static org.awaitility.Awaitility.await;

import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import java.time.Duration;
import java.util.List;

/** What the scenarios share: a cluster whose logs are shown when a scenario fails. */
final class Clusters {
  private static final Duration ELECTS_WITHIN = Duration.ofSeconds(20);

  private Clusters() {}

  /** A scenario over a running cluster. */
  @FunctionalInterface
  interface Scenario {
    void run(ProcessCluster cluster);
  }

  static void with(int size, Scenario scenario, String... flags) {
    try (var cluster = ProcessCluster.start(Programs.underTest(), size, List.of(flags))) {
      try {
        scenario.run(cluster);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(e.getMessage() + "\n" + cluster.logs(), e);
      }
    }
  }

  static MemberProcess awaitLeader(ProcessCluster cluster) {
    return await()
        .atMost(ELECTS_WITHIN)
        .pollInterval(Duration.ofMillis(50))
        .until(cluster::leader, leader -> leader.isPresent())
        .orElseThrow();
  }
}
