package dev.keelson.chaos.harness;

import dev.keelson.chaos.checkers.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scenario for so many seconds of faults: nobody is told what cannot be. */
@EnabledIfSystemProperty(named = "keelson.chaos.seconds", matches = "[0-9]+")
class ScenarioTest {
  private static final Duration FAULTS =
      Duration.ofSeconds(Integer.getInteger("keelson.chaos.seconds", 10));
  private static final Duration QUIET = Duration.ofSeconds(1);

  /** A bound for hangs, no promise. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path directory;

  static Stream<Arguments> scenarios() {
    long seed = Long.getLong("keelson.seed", 1L);
    return Scenario.all().stream().map(one -> Arguments.of(one.name(), seed));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("scenarios")
  void isServedRightWhileThingsBreak(String name, long first) throws IOException {
    ValidRun.passes(first, directory, (seed, place) -> run(named(name), seed, place));
  }

  private static Scenario named(String name) {
    return Scenario.all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  private static Verdict run(Scenario scenario, long seed, Path place) throws IOException {
    var plan = new ChaosRun.Plan(seed, FAULTS, QUIET, PATIENCE);
    try (var cluster =
        ProcessEnvironment.of(
            Topology.Keelson.plain(), scenario.members(), place, scenario.flags())) {
      Verdict verdict =
          new ChaosRun(scenario, plan, cluster, _ -> {}).run(place.resolve("history")).verdict();
      if (!verdict.passed()) {
        tell(name(scenario, seed) + verdict, cluster);
      }
      return verdict;
    }
  }

  private static String name(Scenario scenario, long seed) {
    return "%s, seed %d: ".formatted(scenario.name(), seed);
  }

  /** Where the test's output goes: the members' data are gone when somebody reads it. */
  @SuppressWarnings("SystemOut") // Surefire keeps it beside the test's result.
  private static void tell(String what, Environment cluster) throws IOException {
    System.out.println(what);
    for (int member = 0; member < cluster.size(); member++) {
      String log = Files.readString(cluster.log(member));
      System.out.println(log.substring(Math.max(0, log.length() - 20_000)));
    }
  }
}
