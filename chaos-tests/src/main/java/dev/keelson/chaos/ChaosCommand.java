package dev.keelson.chaos;

import dev.keelson.chaos.harness.ChaosRun;
import dev.keelson.chaos.harness.ComposeEnvironment;
import dev.keelson.chaos.harness.Environment;
import dev.keelson.chaos.harness.ProcessEnvironment;
import dev.keelson.chaos.harness.Scenario;
import dev.keelson.chaos.harness.Topology;
import dev.keelson.chaos.report.ReportDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson chaos}: breaks clusters and judges what their clients were told meanwhile. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description = "Breaks a cluster while clients work, and judges what they were told.")
final class ChaosCommand implements Callable<Integer> {
  private static final Duration QUIET = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int CONVICTED = 1;

  /** The source tree, as the launcher names it. */
  private static final Path ROOT = Path.of(System.getProperty("keelson.root", "."));

  /** What the members are. */
  enum Program {
    KEELSON,
    ETCD
  }

  /** Where the members are. */
  enum Place {
    PROCESSES,
    COMPOSE
  }

  @Option(names = "--env", description = "processes or compose")
  private Place env = Place.PROCESSES;

  @Option(names = "--scenario", description = "a name, or all")
  private String scenario = "all";

  @Option(names = "--minutes", description = "of faults, over all runs together")
  private double minutes = 7;

  @Option(
      names = "--seed",
      description = "of schedules and clients; each round over the scenarios has the next")
  private long seed = 1;

  @Option(names = "--report", description = "a directory for pages, histories and logs")
  private Path report = Path.of("chaos-report");

  @Option(names = "--program", description = "keelson or etcd")
  private Program program = Program.KEELSON;

  private final PrintStream out;

  /** As picocli makes it. */
  @SuppressWarnings("SystemOut") // A command line program talks to its user.
  ChaosCommand() {
    this.out = System.out;
  }

  @Override
  public Integer call() throws IOException {
    List<Scenario> chosen =
        Scenario.all().stream()
            .filter(one -> scenario.equals("all") || one.name().equals(scenario))
            .toList();
    if (chosen.isEmpty()) {
      out.println(
          "no scenario "
              + scenario
              + "; there are "
              + Scenario.all().stream().map(Scenario::name).toList());
      return CommandLine.ExitCode.USAGE;
    }
    if (env == Place.COMPOSE && program != Program.KEELSON) {
      out.println("docker-compose.yml has members of Keelson only");
      return CommandLine.ExitCode.USAGE;
    }
    var directory = new ReportDirectory(report);
    var each = Duration.ofMillis((long) (minutes * 60_000 / chosen.size()));
    // Many short runs see more than a long one: other dice, other starts.
    long rounds = Math.max(1, Math.ceilDiv(each.toMillis(), LONGEST.toMillis()));
    boolean passed = true;
    for (long round = 0; round < rounds; round++) {
      for (Scenario one : chosen) {
        passed &= run(one, seed + round, each.dividedBy(rounds), directory);
      }
    }
    out.println(directory.totals());
    out.println("the report is in " + report.resolve("index.html"));
    return passed ? CommandLine.ExitCode.OK : CONVICTED;
  }

  private boolean run(Scenario one, long seed, Duration faults, ReportDirectory directory)
      throws IOException {
    String name = "%s-%s-%d".formatted(env.name().toLowerCase(Locale.ROOT), one.name(), seed);
    Path place = directory.directoryOf(name);
    Path data = Files.createTempDirectory("keelson-chaos");
    try (Environment environment = environment(one, data)) {
      var plan = new ChaosRun.Plan(seed, faults, QUIET, PATIENCE);
      var result =
          new ChaosRun(one, plan, environment, status -> tell(one.name(), status))
              .run(place.resolve("history"));
      directory.add(name, result.history(), result.verdict());
      out.printf("\r\033[K%s: %s%n", name, result.verdict());
      for (int member = 0; member < one.members(); member++) {
        Path log = environment.log(member);
        Files.copy(log, place.resolve(log.getFileName()));
      }
      return result.verdict().passed();
    } finally {
      delete(data);
    }
  }

  /** Of many runs the members' data would fill a disk; what a run told is in its report. */
  private static void delete(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Environment environment(Scenario one, Path data) throws IOException {
    return switch (env) {
      case PROCESSES -> ProcessEnvironment.of(topology(), one.members(), data, one.flags());
      case COMPOSE -> ComposeEnvironment.of(ROOT, one.members(), data, one.flags());
    };
  }

  private Topology topology() {
    return switch (program) {
      case KEELSON -> Topology.Keelson.plain();
      case ETCD -> Topology.Etcd.ofThisMachine();
    };
  }

  private void tell(String name, String status) {
    out.printf("\r\033[K%s: %s", name, status);
    out.flush();
  }
}
