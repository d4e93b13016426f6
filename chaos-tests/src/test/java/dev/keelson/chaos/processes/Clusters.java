package dev.keelson.chaos.processes;

import static org.awaitility.Awaitility.await;

import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** What the scenarios share: a cluster whose logs are shown when a scenario fails. */
final class Clusters {
  /** For scenarios in which nobody is to be elected anew because the machine stood still. */
  static final String PATIENT = "--election-timeout=5000";

  /** A bound for hangs, no promise. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

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

  /** The same, with {@link #PATIENT} members. */
  static void patient(int size, Scenario scenario, String... flags) {
    with(
        size, scenario, Stream.concat(Stream.of(PATIENT), Stream.of(flags)).toArray(String[]::new));
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
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(cluster::leader, leader -> leader.isPresent())
        .orElseThrow();
  }

  /**
   * Asks again where there was no leader just then, as there may be none at any moment: for calls
   * that may be made twice.
   */
  static <T> T answered(Callable<T> call) {
    return await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .ignoreExceptionsMatching(Clusters::passes)
        .until(call, _ -> true);
  }

  private static boolean passes(Throwable failure) {
    return failure instanceof StatusRuntimeException refused
        && (refused.getStatus().getCode() == Status.Code.UNAVAILABLE
            || refused.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED);
  }
}
