package dev.keelson.clientbench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures both clients in turn.
 *
 * @param benchmark a regular expression of the benchmarks to run
 * @param processes 1, or 0 to measure in this JVM, which is only good for a test
 */
record Comparison(
    List<String> endpoints, Duration warmup, Duration length, String benchmark, int processes) {
  static final String ALL = "";

  private static final List<String> CLIENTS =
      List.of(ClientBenchmarks.KEELSON, ClientBenchmarks.JETCD);

  /** What one client did in one round. */
  record Measured(
      String benchmark, String client, double score, String unit, double cpuMicros, long threads) {}

  /** Runs round after round, each time the other client first. */
  List<Measured> rounds(int count, Consumer<String> progress) {
    var measured = new ArrayList<Measured>();
    for (int round = 0; round < count; round++) {
      for (String client : round % 2 == 0 ? CLIENTS : CLIENTS.reversed()) {
        progress.accept("round %d of %d: %s".formatted(round + 1, count, client));
        measured.addAll(measure(client));
      }
    }
    return measured;
  }

  private List<Measured> measure(String client) {
    var options =
        new OptionsBuilder()
            .include(ClientBenchmarks.class.getName() + ".*" + benchmark)
            .param("client", client)
            .forks(processes)
            .warmupIterations(1)
            .warmupTime(TimeValue.milliseconds(warmup.toMillis()))
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(length.toMillis()))
            .addProfiler(ProcessProfiler.class)
            .jvmArgsAppend(
                "-Xmx512m",
                "--sun-misc-unsafe-memory-access=allow",
                "-D%s=%s".formatted(ClientBenchmarks.ENDPOINTS, String.join(",", endpoints)))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    try {
      return new Runner(options).run().stream().map(result -> measured(client, result)).toList();
    } catch (RunnerException e) {
      throw new IllegalStateException("%s cannot be measured".formatted(client), e);
    }
  }

  private static Measured measured(String client, RunResult result) {
    Result<?> primary = result.getPrimaryResult();
    return new Measured(
        primary.getLabel(),
        client,
        primary.getScore(),
        primary.getScoreUnit(),
        figure(result, ProcessProfiler.CPU),
        Math.round(figure(result, ProcessProfiler.THREADS)));
  }

  private static double figure(RunResult result, String name) {
    return Objects.requireNonNull(result.getSecondaryResults().get(name), name).getScore();
  }
}
