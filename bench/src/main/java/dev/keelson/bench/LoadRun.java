package dev.keelson.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** One run from the first connection to the report: connect, fill, warm up, measure, drain. */
final class LoadRun {
  private static final long MAX_FILL_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Beyond the time at which every call has been given up. */
  private static final long DRAIN_SLACK_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LoadPlan plan;
  private final Consumer<String> progress;
  private final Connections connections;
  private final Workloads workloads;
  private final ProcessTable processes;

  private LoadRun(
      LoadPlan plan, Consumer<String> progress, Connections connections, ProcessTable processes) {
    this.plan = plan;
    this.progress = progress;
    this.connections = connections;
    this.workloads = new Workloads(plan);
    this.processes = processes;
  }

  /** Runs a plan; a line goes to {@code progress} at the start of each phase. */
  static LoadReport run(LoadPlan plan, Consumer<String> progress) throws BenchException {
    if (LoggerFactory.getLogger("io.grpc.netty").isDebugEnabled()) {
      progress.accept("warning: debug logging is on for the network: the figures will be too low");
    }
    var processes = ProcessTable.ofThisMachine();
    try {
      processes.samples(plan.serverPids());
      try (var connections = Connections.open(plan)) {
        progress.accept(
            "%d connections to %s, version %s"
                .formatted(
                    connections.count(),
                    plan.endpoints(),
                    String.join(", ", connections.versions())));
        var run = new LoadRun(plan, progress, connections, processes);
        if (plan.fills()) {
          run.fill();
        }
        var watchers = run.openWatchers();
        return run.load(watchers);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted");
    }
  }

  private void fill() throws BenchException, InterruptedException {
    progress.accept(
        plan.expiringLeases() > 0
            ? "granting %d leases with a key each".formatted(plan.expiringLeases())
            : "writing %d keys".formatted(plan.keys()));
    for (var filling : workloads.fillings()) {
      long now = System.nanoTime();
      var window = window(now, now + MAX_FILL_NANOS);
      var lanes = new ArrayList<Lane>();
      for (int i = 0; i < connections.loops(); i++) {
        var workload = filling.part(i, connections.loops());
        lanes.add(new Lane(connections.loop(i), workload, Pace.unlimited(), window));
      }
      var errors = ended(start(lanes), window).errors();
      if (!errors.isEmpty()) {
        throw new BenchException("the keys could not be written: " + errors);
      }
    }
  }

  private WatcherGroup openWatchers() throws BenchException, InterruptedException {
    if (plan.watchers() > 0) {
      progress.accept(
          "opening %d watchers on %d streams".formatted(plan.watchers(), plan.streams()));
    }
    var watchers = new WatcherGroup(plan, connections, workloads);
    watchers.open();
    return watchers;
  }

  private LoadReport load(WatcherGroup watchers) throws BenchException, InterruptedException {
    progress.accept(
        "warming up for %d s, then measuring for %d s"
            .formatted(plan.warmupSeconds(), plan.seconds()));
    long start = System.nanoTime();
    long from = start + TimeUnit.SECONDS.toNanos(plan.warmupSeconds());
    var window = window(from, from + TimeUnit.SECONDS.toNanos(plan.seconds()));
    var lanes = new ArrayList<Lane>();
    for (int i = 0; i < connections.loops(); i++) {
      lanes.add(new Lane(connections.loop(i), workloads.load(), pace(start), window));
    }
    watchers.measure(window);
    var running = start(lanes);

    sleepUntil(window.measureFromNanos());
    var startedAt = Instant.now();
    var before = cost();
    sleepUntil(window.measureUntilNanos());
    var after = cost();

    var tally = ended(running, window);
    tally.add(watchers.close());
    return new LoadReport(
        plan,
        connections.versions(),
        startedAt,
        Latency.of(plan.countsEvents() ? tally.reads() : tally.all()),
        Latency.of(tally.reads()),
        Latency.of(tally.writes()),
        tally.errors(),
        tally.misses(),
        tally.conflicts(),
        tally.unfinishedCount(),
        tally.unsentCount(),
        (after.generatorNanos() - before.generatorNanos()) / 1e3,
        othersShare(before, after),
        costs(before.servers(), after.servers()));
  }

  private Lane.Window window(long from, long until) {
    return new Lane.Window(from, until, TimeUnit.MILLISECONDS.toNanos(plan.callTimeoutMillis()));
  }

  private Pace pace(long startNanos) {
    OptionalDouble rate = plan.ratePerSecond();
    return rate.isPresent()
        ? Pace.rate(startNanos, rate.getAsDouble() / connections.loops())
        : Pace.unlimited();
  }

  private List<CompletableFuture<Tally>> start(List<Lane> lanes) {
    for (int client = 0; client < plan.clients(); client++) {
      int connection = client % connections.count();
      lanes
          .get(connection % connections.loops())
          .addClient(client, connections.channel(connection));
    }
    return lanes.stream().map(Lane::start).toList();
  }

  private static Tally ended(List<CompletableFuture<Tally>> running, Lane.Window window)
      throws BenchException, InterruptedException {
    long last = window.measureUntilNanos() + window.callTimeoutNanos() + DRAIN_SLACK_NANOS;
    var sum = new Tally();
    for (var lane : running) {
      try {
        sum.add(lane.get(last - System.nanoTime(), TimeUnit.NANOSECONDS));
      } catch (TimeoutException e) {
        throw new BenchException("the load did not end in time");
      } catch (ExecutionException e) {
        throw new IllegalStateException("a client broke", e.getCause());
      }
    }
    return sum;
  }

  /** What all had cost until a moment; the machine as a whole only where servers are metered. */
  private record Cost(
      long atNanos, long generatorNanos, long machineNanos, List<ProcessTable.Sample> servers) {

    long serverNanos() {
      return servers.stream().mapToLong(ProcessTable.Sample::cpuNanos).sum();
    }
  }

  private Cost cost() throws BenchException {
    var servers = processes.samples(plan.serverPids());
    long machine = servers.isEmpty() ? 0 : processes.busyNanos();
    return new Cost(System.nanoTime(), generatorCpuNanos(), machine, servers);
  }

  private static double othersShare(Cost before, Cost after) {
    if (before.servers().isEmpty()) {
      return Double.NaN;
    }
    double others =
        after.machineNanos()
            - before.machineNanos()
            - (after.serverNanos() - before.serverNanos())
            - (after.generatorNanos() - before.generatorNanos());
    double all =
        (double) (after.atNanos() - before.atNanos()) * Runtime.getRuntime().availableProcessors();
    return Math.clamp(others / all, 0, 1); // the kernel counts in ticks: small errors either way
  }

  private static List<LoadReport.ServerCost> costs(
      List<ProcessTable.Sample> before, List<ProcessTable.Sample> after) throws BenchException {
    var costs = new ArrayList<LoadReport.ServerCost>();
    for (int i = 0; i < before.size(); i++) {
      var first = before.get(i);
      var last = after.get(i);
      if (first.startTicks() != last.startTicks()) {
        throw new BenchException("server process " + first.pid() + " was replaced by another");
      }
      costs.add(
          new LoadReport.ServerCost(
              first.pid(), (last.cpuNanos() - first.cpuNanos()) / 1e3, last.residentBytes()));
    }
    return costs;
  }

  private static long generatorCpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static void sleepUntil(long nanos) throws InterruptedException {
    long left = nanos - System.nanoTime();
    if (left > 0) {
      TimeUnit.NANOSECONDS.sleep(left);
    }
  }
}
