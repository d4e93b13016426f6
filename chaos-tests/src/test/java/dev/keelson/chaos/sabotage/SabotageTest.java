package dev.keelson.chaos.sabotage;

import dev.keelson.chaos.harness.ChaosRun;
import dev.keelson.chaos.harness.Environment;
import dev.keelson.chaos.harness.ProcessEnvironment;
import dev.keelson.chaos.harness.Scenario;
import dev.keelson.chaos.harness.Topology;
import dev.keelson.chaos.harness.ValidRun;
import dev.keelson.chaos.nemesis.FaultKind;
import dev.keelson.chaos.workload.ListWorkload;
import dev.keelson.chaos.workload.RegisterWorkload;
import dev.keelson.chaos.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The same scenarios convict members whose safety is switched off. */
@EnabledIfSystemProperty(named = "keelson.chaos.seconds", matches = "[0-9]+")
class SabotageTest {
  private static final List<String> FLAGS =
      List.of("--heartbeat-interval=100", "--election-timeout=1000");
  private static final Duration FAULTS_LAST = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofSeconds(2);

  /** Short: who is convicted need not be given time to recover, and may be unable to. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path directory;

  @Test
  @Tag("I17")
  void readsWithoutQuorumAreConvicted() throws IOException {
    isConvicted(
        Sabotage.READS_WITHOUT_QUORUM,
        List.of("real-time-stale"),
        new RegisterWorkload(),
        List.of(FaultKind.ISOLATE_FOLLOWER, FaultKind.ISOLATE_LEADER));
  }

  @Test
  @Tag("WA-reliable")
  void aWatchThatDropsEventsIsConvicted() throws IOException {
    isConvicted(
        Sabotage.WATCH_DROPS_EVENTS,
        List.of("WA-reliable"),
        new RegisterWorkload(),
        List.of(FaultKind.KILL_FOLLOWER));
  }

  @Test
  @Tag("DU-ack")
  void anAcknowledgementBeforeTheSyncIsConvicted() throws IOException {
    isConvicted(
        Sabotage.ACK_BEFORE_SYNC,
        // Lost, or given again to others.
        List.of("acked-lost", "set-lost", "revision-twice"),
        ListWorkload.set(),
        List.of(FaultKind.KILL_ALL));
  }

  private void isConvicted(
      Sabotage sabotage, List<String> rules, Workload workload, List<FaultKind> faults)
      throws IOException {
    var topology =
        new Topology.Keelson(
            List.of("-javaagent:" + agent() + "=" + sabotage.word()), "dev.keelson.cli.Main");
    var scenario = new Scenario(workload, faults, 3, 6, FLAGS);
    ValidRun.convicts(
        rules,
        Long.getLong("keelson.seed", 1L),
        directory,
        (seed, place) -> {
          var plan = new ChaosRun.Plan(seed, FAULTS_LAST, QUIET, PATIENCE);
          Environment members = ProcessEnvironment.of(topology, 3, place, FLAGS);
          try (Environment cluster =
              sabotage == Sabotage.ACK_BEFORE_SYNC ? new PowerLoss(members, place) : members) {
            return new ChaosRun(scenario, plan, cluster, _ -> {})
                .run(place.resolve("history"))
                .verdict();
          }
        });
  }

  /** No more than a manifest: the classes are on the member's class path. */
  private Path agent() throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Premain-Class"), SabotageAgent.class.getName());
    Path jar = directory.resolve("agent.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.finish();
    }
    return jar;
  }
}
