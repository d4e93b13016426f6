package dev.keelson.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that every workload shares, and the checks on them. */
final class LoadOptions {
  private static final int MAX_VALUE_BYTES = 16 << 20;
  private static final double MAX_RATE = 10_000_000;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--endpoints",
      paramLabel = "HOST:PORT,...",
      defaultValue = "127.0.0.1:2379",
      description = "Addresses of the cluster (default: ${DEFAULT-VALUE}).")
  private String endpoints = "";

  @Option(
      names = "--leader-only",
      description = "Connect to the leader only, instead of to all endpoints in turn.")
  private boolean leaderOnly;

  @Option(
      names = "--conns",
      paramLabel = "N",
      defaultValue = "64",
      description = "Connections, spread over the endpoints (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "Clients, spread over the connections; each has one request in flight (default:"
              + " ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Event loops of the generator (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Number of different keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--key-size",
      paramLabel = "BYTES",
      defaultValue = "32",
      description = "Length of each key (default: ${DEFAULT-VALUE}).")
  private int keyBytes;

  @Option(
      names = "--value-size",
      paramLabel = "BYTES",
      defaultValue = "256",
      description = "Length of each value (default: ${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(
      names = "--serializable",
      description = "Read what the contacted member has, without asking the quorum.")
  private boolean serializable;

  @Option(
      names = "--no-prefill",
      description = "Do not write every key before get, mixed and txn begin.")
  private boolean noPrefill;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Load before the measurement, not reported (default: ${DEFAULT-VALUE}).")
  private int warmupSeconds;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Length of the measurement (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "OPS",
      description =
          "Send so many operations a second over all clients, and count latency from the moment"
              + " each should have been sent (default: as fast as answers come).")
  private @Nullable Double rate;

  @Option(
      names = "--timeout",
      paramLabel = "MILLIS",
      defaultValue = "10000",
      description =
          "Give up a request that was not answered for so long (default: ${DEFAULT-VALUE}).")
  private int timeoutMillis;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of keys, values and their order (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--server-pids",
      paramLabel = "PID,...",
      description = "Server processes on this machine (Linux): report their CPU time and memory.")
  private @Nullable String serverPids;

  @Option(
      names = "--label",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Name of the system under test, copied into the JSON line.")
  private String label = "";

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Append the JSON line to this file instead of printing it.")
  private @Nullable Path json;

  /** What is there beside the load: watchers on streams, and leases that run out. */
  record Beside(int watchers, int streams, int expiringLeases) {
    static final Beside NOTHING = new Beside(0, 1, 0);
  }

  /** The command that these options were given to. */
  CommandLine command() {
    return command.commandLine();
  }

  Optional<Path> jsonFile() {
    return Optional.ofNullable(json);
  }

  /**
   * Checks everything before anything is connected.
   *
   * @throws IllegalArgumentException with a message that names the option, its value and its bounds
   */
  LoadPlan plan(WorkloadKind workload, double readRatio, Beside beside) {
    checkBeside(workload, beside);
    boolean watch = workload == WorkloadKind.WATCH;
    within("--conns", connections, 1, 10_000);
    within("--clients", clients, 1, 100_000);
    within("--threads", threads, 1, 64);
    within("--keys", keys, 1, 100_000_000);
    within("--key-size", keyBytes, KeySpace.smallestKeyBytes(keys), 32_768);
    within("--value-size", valueBytes, 0, MAX_VALUE_BYTES);
    within("--warmup", warmupSeconds, 0, 3_600);
    within("--seconds", seconds, 1, 86_400);
    within("--timeout", timeoutMillis, 100, 600_000);
    if (!(readRatio >= 0 && readRatio <= 1)) {
      throw new IllegalArgumentException("--read-ratio must be from 0 to 1, not " + readRatio);
    }
    if (clients < connections) {
      throw new IllegalArgumentException(
          "--clients %d is less than --conns %d: each connection needs a client"
              .formatted(clients, connections));
    }
    if (threads > connections) {
      throw new IllegalArgumentException(
          "--threads %d is more than --conns %d: each thread needs a connection"
              .formatted(threads, connections));
    }
    if (workload == WorkloadKind.TXN && keys < clients) {
      throw new IllegalArgumentException(
          "--keys %d is less than --clients %d: in txn each client has keys of its own"
              .formatted(keys, clients));
    }
    return new LoadPlan(
        workload,
        label,
        Endpoint.parseAll(endpoints),
        leaderOnly,
        connections,
        clients,
        threads,
        watch ? 1 : keys,
        keyBytes,
        valueBytes,
        readRatio,
        serializable,
        !noPrefill && workload != WorkloadKind.PUT && !watch,
        warmupSeconds,
        seconds,
        checkedRate(),
        timeoutMillis,
        seed,
        checkedPids(),
        beside.watchers(),
        beside.streams(),
        beside.expiringLeases());
  }

  private void checkBeside(WorkloadKind workload, Beside beside) {
    boolean watch = workload == WorkloadKind.WATCH;
    within("--watchers", beside.watchers(), watch ? 1 : 0, 10_000_000);
    within("--expiring-leases", beside.expiringLeases(), 0, 1_000_000);
    within("--streams", beside.streams(), 1, 100_000);
    if (beside.watchers() > 0 && beside.streams() > beside.watchers()) {
      throw new IllegalArgumentException(
          "--streams %d is more than --watchers %d: each stream needs a watcher"
              .formatted(beside.streams(), beside.watchers()));
    }
    if (watch) {
      within("--value-size", valueBytes, Workloads.STAMP_BYTES, MAX_VALUE_BYTES);
    }
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d, not %d".formatted(option, least, most, value));
    }
  }

  private OptionalDouble checkedRate() {
    if (rate == null) {
      return OptionalDouble.empty();
    }
    if (!(rate >= 1 && rate <= MAX_RATE)) {
      throw new IllegalArgumentException("--rate must be from 1 to 10000000, not " + rate);
    }
    return OptionalDouble.of(rate);
  }

  private List<Long> checkedPids() {
    var pids = new ArrayList<Long>();
    if (serverPids == null) {
      return pids;
    }
    for (String part : serverPids.split(",", -1)) {
      String digits = part.strip();
      if (!digits.matches("[1-9][0-9]{0,9}")) {
        throw new IllegalArgumentException(
            "--server-pids must be process ids separated by commas, not '" + serverPids + "'");
      }
      long pid = Long.parseLong(digits);
      if (pids.contains(pid)) {
        throw new IllegalArgumentException("--server-pids names process " + pid + " twice");
      }
      pids.add(pid);
    }
    return pids;
  }
}
