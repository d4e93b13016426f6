package dev.keelson.chaos.processes;

import static org.awaitility.Awaitility.await;

import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import java.time.Duration;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** What the scenarios share: a cluster whose logs are shown when a scenario fails. */
final class Clusters {
  private static final Duration ELECTS_WITHIN = Duration.ofSeconds(30);

  private Clusters() {}

  /** A scenario over a running cluster. */
  @FunctionalInterface
  interface Scenario {
    void run(ProcessCluster cluster);
  }

  static void with(int size, Scenario scenario, String... flags) {
    try (var cluster = ProcessCluster.start(Programs.underTest(), size, List.of(flags))) {
      run(scenario, cluster);
    }
  }

  /** The scenario starts the members itself. */
  static void prepared(int size, Scenario scenario, String... flags) {
    try (var cluster = ProcessCluster.prepare(Programs.underTest(), size, List.of(flags))) {
      run(scenario, cluster);
    }
  }

  private static void run(Scenario scenario, ProcessCluster cluster) {
    try {
      scenario.run(cluster);
    } catch (TestAbortedException e) {
      throw e;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + cluster.logs(), e);
    }
  }

  /** A member that does not lead, once one does. */
  static MemberProcess follower(ProcessCluster cluster) {
    MemberProcess leader = awaitLeader(cluster);
    return cluster.members().stream().filter(m -> !m.equals(leader)).findFirst().orElseThrow();
  }

  static MemberProcess awaitLeader(ProcessCluster cluster) {
    return await()
        .atMost(ELECTS_WITHIN)
        .pollInterval(Duration.ofMillis(50))
        .until(cluster::leader, leader -> leader.isPresent())
        .orElseThrow();
  }
}
