package dev.keelson.chaos.sabotage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.chaos.checkers.Verdict;
import dev.keelson.chaos.harness.ChaosRun;
import dev.keelson.chaos.harness.Environment;
import dev.keelson.chaos.harness.ProcessEnvironment;
import dev.keelson.chaos.harness.Scenario;
import dev.keelson.chaos.harness.Topology;
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

  @TempDir private Path directory;

  @Test
  @Tag("I17")
  void readsWithoutQuorumAreConvicted() throws IOException {
    Verdict verdict =
        run(
            Sabotage.READS_WITHOUT_QUORUM,
            new RegisterWorkload(),
            List.of(FaultKind.ISOLATE_FOLLOWER, FaultKind.ISOLATE_LEADER));

    assertThat(verdict.found()).as("%s", verdict).containsKey("real-time-stale");
  }

  @Test
  @Tag("WA-reliable")
  void aWatchThatDropsEventsIsConvicted() throws IOException {
    Verdict verdict =
        run(Sabotage.WATCH_DROPS_EVENTS, new RegisterWorkload(), List.of(FaultKind.KILL_FOLLOWER));

    assertThat(verdict.found()).as("%s", verdict).containsKey("WA-reliable");
  }

  @Test
  @Tag("DU-ack")
  void anAcknowledgementBeforeTheSyncIsConvicted() throws IOException {
    Verdict verdict =
        run(Sabotage.ACK_BEFORE_SYNC, ListWorkload.set(), List.of(FaultKind.KILL_ALL));

    assertThat(verdict.convicts()).as("%s", verdict).isTrue();
  }

  private Verdict run(Sabotage sabotage, Workload workload, List<FaultKind> faults)
      throws IOException {
    var topology =
        new Topology.Keelson(
            List.of("-javaagent:" + agent() + "=" + sabotage.word()), "dev.keelson.cli.Main");
    var scenario = new Scenario(workload, faults, 3, 6, FLAGS);
    // Short: who is convicted need not be given time to recover, and may be unable to.
    var plan =
        new ChaosRun.Plan(1, Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(20));
    Environment members = ProcessEnvironment.of(topology, 3, directory, FLAGS);
    try (Environment environment =
        sabotage == Sabotage.ACK_BEFORE_SYNC ? new PowerLoss(members, directory) : members) {
      return new ChaosRun(scenario, plan, environment, _ -> {})
          .run(directory.resolve("history"))
          .verdict();
    }
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
