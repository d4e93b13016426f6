package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The comparison finds its figures in the JSON lines by name: the two must not drift apart. */
@EnabledOnOs(OS.LINUX)
class CompareScriptTest {
  private static final Path SCRIPT = Path.of("scripts", "compare.sh").toAbsolutePath();

  @Test
  void mediansAndRatiosAreThoseOfTheRuns(@TempDir Path directory) throws Exception {
    Path runs = directory.resolve("runs.jsonl");
    // The odd one out of three must not move the median.
    Files.write(
        runs,
        List.of(
            line("etcd", 10_000, 0.05),
            line("keelson", 30_000, 0.02),
            line("etcd", 12_000, 0.01),
            line("keelson", 1_000, 0.02),
            line("keelson", 36_000, 0.02),
            line("etcd", 90_000, 0.02)));

    String table = run("--summary", runs.toString());

    assertThat(table)
        .containsPattern("put +ops/s +1200 \\(1000..9000\\) +3000 \\(100..3600\\) +2.50\n")
        .containsPattern("put +p99 ms +3.00 \\(3.00..3.00\\) +3.00 \\(3.00..3.00\\) +1.00\n")
        .containsPattern("put +server RSS MiB +64 \\(64..64\\) +64 \\(64..64\\) +1.00\n")
        .containsPattern("put +other CPU % +2 \\(1..5\\)")
        .contains("Rounds: 3")
        .doesNotContain("Fewer than three rounds")
        .doesNotContain("not quiet");
  }

  @Test
  void singleRoundAndNoisyMachineAreSaid(@TempDir Path directory) throws Exception {
    Path runs = directory.resolve("runs.jsonl");
    Files.write(runs, List.of(line("etcd", 10_000, 0.31)));

    assertThat(run("--summary", runs.toString()))
        .containsPattern("put +ops/s +1000 \\(1000..1000\\) +- +-\n")
        .contains("Fewer than three rounds: this shows that it runs, not how fast.")
        .contains("other processes took up to 31 % of it");
  }

  @Test
  void wrongOptionIsNamed() throws Exception {
    assertThat(run("--loads", "pat"))
        .isEqualTo(
            "compare: unknown load 'pat': one of put get range mixed txn lease-keepalive watch\n");
    assertThat(run("--rounds")).contains("--rounds needs a value");
    assertThat(run("--speed", "9")).contains("unknown option --speed");
    assertThat(run("--rounds", "0")).contains("--rounds must be at least 1");
  }

  private static String line(String label, long ops, double others) {
    var plan =
        new LoadPlan(
            WorkloadKind.PUT,
            label,
            List.of(new Endpoint("127.0.0.1", 2379)),
            false,
            64,
            256,
            1,
            10_000,
            32,
            256,
            0,
            false,
            false,
            3,
            10,
            OptionalDouble.empty(),
            10_000,
            42,
            List.of(11L),
            0,
            1,
            0);
    var latency = new Latency(ops, 1_500, 1_000, 2_000, 3_000, 4_000, 5_000);
    return ReportJson.of(
        new LoadReport(
            plan,
            List.of("3.4.23"),
            Instant.EPOCH,
            latency,
            latency,
            latency,
            Map.of(),
            0,
            0,
            0,
            0,
            130_000,
            others,
            List.of(new LoadReport.ServerCost(11, 1_000_000, 64 << 20))));
  }

  private static String run(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("bash", SCRIPT.toString()));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = process.inputReader()) {
      String text = output.readAllAsString();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
