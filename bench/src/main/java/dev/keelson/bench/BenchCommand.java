package dev.keelson.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code keelson bench put|get|range|mixed|txn|lease-keepalive|watch}: puts load on any etcd v3
 * endpoint and reports rate, latency and what it cost. Exits with 0 when operations succeeded, 1
 * when the load could not run or nothing succeeded, 2 on a wrong option.
 */
@Command(
    name = "bench",
    description = "Put load on an etcd v3 cluster and report rate, latency and CPU.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(put | get | range | mixed | txn | lease-keepalive | watch)")
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Say which load: put, get, range, mixed, txn, lease-keepalive or watch.");
  }

  @Command(
      name = "put",
      description = "Puts to random keys.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int put(
      @Mixin LoadOptions options,
      @Option(
              names = "--watchers",
              paramLabel = "N",
              defaultValue = "0",
              description =
                  "Watchers of keys that nobody writes, open during the load (default:"
                      + " ${DEFAULT-VALUE}).")
          int watchers,
      @Option(
              names = "--streams",
              paramLabel = "N",
              defaultValue = "1",
              description = "Streams that the watchers share (default: ${DEFAULT-VALUE}).")
          int streams,
      @Option(
              names = "--expiring-leases",
              paramLabel = "N",
              defaultValue = "0",
              description =
                  "Leases with a key each that nobody keeps alive, and that expire in the seconds"
                      + " around the start of the measurement (default: ${DEFAULT-VALUE}).")
          int expiringLeases) {
    return load(
        options, WorkloadKind.PUT, 0, new LoadOptions.Beside(watchers, streams, expiringLeases));
  }

  @Command(
      name = "get",
      description = "Reads of single random keys, linearizable unless --serializable.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int get(@Mixin LoadOptions options) {
    return load(options, WorkloadKind.GET, 1);
  }

  @Command(
      name = "range",
      description = "Reads of all --keys keys at once.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int range(@Mixin LoadOptions options) {
    return load(options, WorkloadKind.RANGE, 1);
  }

  @Command(
      name = "mixed",
      description = "Reads and puts of random keys.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int mixed(
      @Mixin LoadOptions options,
      @Option(
              names = "--read-ratio",
              paramLabel = "0..1",
              defaultValue = "0.8",
              description = "Share of reads (default: ${DEFAULT-VALUE}).")
          double readRatio) {
    return load(options, WorkloadKind.MIXED, readRatio);
  }

  @Command(
      name = "txn",
      description = "Puts guarded by a comparison of the key's last revision.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int txn(@Mixin LoadOptions options) {
    return load(options, WorkloadKind.TXN, 0);
  }

  @Command(
      name = "lease-keepalive",
      description = "Keeps random leases alive; --keys says how many there are.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int leaseKeepAlive(@Mixin LoadOptions options) {
    return load(options, WorkloadKind.LEASE_KEEPALIVE, 0);
  }

  @Command(
      name = "watch",
      description =
          "Puts to one key that many watchers follow: counts the events that they get, and how long"
              + " after the sending of its put each comes. Without --rate the clients write as fast"
              + " as puts are answered, faster than many watchers can be told.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int watch(
      @Mixin LoadOptions options,
      @Option(
              names = "--watchers",
              paramLabel = "N",
              defaultValue = "1000",
              description = "Watchers of the key (default: ${DEFAULT-VALUE}).")
          int watchers,
      @Option(
              names = "--streams",
              paramLabel = "N",
              defaultValue = "20",
              description =
                  "Streams that the watchers share, spread over the connections (default:"
                      + " ${DEFAULT-VALUE}).")
          int streams) {
    return load(options, WorkloadKind.WATCH, 0, new LoadOptions.Beside(watchers, streams, 0));
  }

  private int load(LoadOptions options, WorkloadKind kind, double readRatio) {
    return load(options, kind, readRatio, LoadOptions.Beside.NOTHING);
  }

  private int load(
      LoadOptions options, WorkloadKind kind, double readRatio, LoadOptions.Beside beside) {
    var commandLine = options.command();
    LoadPlan plan;
    try {
      plan = options.plan(kind, readRatio, beside);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine, e.getMessage(), e);
    }
    var out = commandLine.getOut();
    var err = commandLine.getErr();
    try {
      LoadReport report =
          LoadRun.run(
              plan,
              line -> {
                err.println(line);
                err.flush();
              });
      out.print(ReportTable.of(report));
      String json = ReportJson.of(report);
      if (options.jsonFile().isPresent()) {
        append(options.jsonFile().get(), json);
      } else {
        out.println(json);
      }
      out.flush();
      return report.all().count() > 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    } catch (BenchException e) {
      err.println("keelson bench: " + e.getMessage());
      err.flush();
      return ExitCode.SOFTWARE;
    }
  }

  private static void append(Path file, String json) throws BenchException {
    try {
      Files.writeString(
          file,
          json + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new BenchException("cannot append the report to " + file + ": " + e);
    }
  }
}
