package dev.keelson.chaos.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.chaos.nemesis.FaultKind;
import dev.keelson.chaos.workload.RegisterWorkload;
import dev.keelson.chaos.workload.WireClient;
import dev.keelson.raft.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Real containers, really cut off. Needs docker, root and the image of deploy/compose.sh. */
@EnabledIfSystemProperty(named = "keelson.compose", matches = "true")
class ComposeTest {
  private static final Path ROOT = Path.of("..");
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration ASKS_FOR = Duration.ofSeconds(5);
  private static final Bytes KEY = Bytes.wrap("key".getBytes(StandardCharsets.UTF_8));

  @TempDir private Path directory;

  @Test
  void aLeaderCutOffServesNobodyAndTheOthersGoOn() throws IOException {
    try (var cluster = ComposeEnvironment.of(ROOT, 3, directory, List.of())) {
      for (int member = 0; member < 3; member++) {
        cluster.start(member);
      }
      await().atMost(PATIENCE).until(() -> write(cluster, 0, "before") instanceof Outcome.Ok);
      int old = cluster.leader().orElseThrow();
      int other = (old + 1) % 3;

      for (int member = 0; member < 3; member++) {
        if (member != old) {
          cluster.links().cut(old, member);
          cluster.links().cut(member, old);
        }
      }

      await().atMost(PATIENCE).until(() -> write(cluster, other, "after") instanceof Outcome.Ok);
      assertThat(write(cluster, old, "never")).isNotInstanceOf(Outcome.Ok.class);
      assertThat(read(cluster, old)).isNotInstanceOf(Outcome.Ok.class);
      assertThat(cluster.links().swallowedBytes()).isPositive();
      await().atMost(PATIENCE).until(() -> !cluster.leader().equals(OptionalInt.of(old)));

      cluster.links().heal();

      // What it was asked in vain may still come to pass: then everywhere.
      await().atMost(PATIENCE).until(() -> agree(read(cluster, old), read(cluster, other)));
    }
  }

  @Test
  void aScenarioIsServedRightInContainers() throws IOException {
    var scenario =
        new Scenario(
            new RegisterWorkload(),
            List.of(
                FaultKind.ISOLATE_LEADER,
                FaultKind.DISCONNECT_LEADER,
                FaultKind.KILL_LEADER,
                FaultKind.PAUSE_LEADER),
            3,
            4,
            List.of("--snapshot-count=500"));
    var plan = new ChaosRun.Plan(1, Duration.ofSeconds(20), Duration.ofSeconds(3), PATIENCE);
    try (var cluster = ComposeEnvironment.of(ROOT, 3, directory, scenario.flags())) {
      var result = new ChaosRun(scenario, plan, cluster, _ -> {}).run(directory.resolve("history"));
      assertThat(result.verdict().passed()).as("%s", result.verdict()).isTrue();
    }
  }

  private static Outcome write(Environment cluster, int member, String value) {
    return call(
        cluster, member, Request.Put.of(KEY, Bytes.wrap(value.getBytes(StandardCharsets.UTF_8))));
  }

  private static Outcome read(Environment cluster, int member) {
    return call(cluster, member, Request.Range.of(KeyRange.single("key")));
  }

  private static Outcome call(Environment cluster, int member, Request request) {
    try (var client = WireClient.connect(cluster.endpoints().get(member))) {
      return client.call(request, ASKS_FOR);
    }
  }

  private static boolean agree(Outcome one, Outcome other) {
    return one instanceof Outcome.Ok(_, _, Response.Range first)
        && other instanceof Outcome.Ok(_, _, Response.Range second)
        && first.versions().equals(second.versions());
  }
}
