package dev.keelson.clientbench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson bench-clients}: this client and jetcd in turn, against a cluster that runs. */
@Command(
    name = "bench-clients",
    description = "Measures Keelson's Java client beside jetcd on one cluster, in turn.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Option(
      names = "--endpoints",
      required = true,
      split = ",",
      paramLabel = "HOST:PORT",
      description = "the cluster, Keelson's or etcd's")
  private List<String> endpoints = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "how often each is measured (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warmup",
      defaultValue = "6",
      description = "seconds before each measurement (${DEFAULT-VALUE})")
  private int warmup;

  @Option(
      names = "--seconds",
      defaultValue = "4",
      description = "seconds of each measurement (${DEFAULT-VALUE})")
  private int seconds;

  @Override
  public Integer call() {
    var comparison =
        new Comparison(
            endpoints, Duration.ofSeconds(warmup), Duration.ofSeconds(seconds), Comparison.ALL, 1);
    System.out.print(Table.of(comparison.rounds(rounds, System.out::println)));
    return 0;
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }
}
