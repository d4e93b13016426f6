package dev.keelson.chaos.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scenario for so many seconds of faults: nobody is told what cannot be. */
@EnabledIfSystemProperty(named = "keelson.chaos.seconds", matches = "[0-9]+")
class ScenarioTest {
  private static final Duration FAULTS =
      Duration.ofSeconds(Integer.getInteger("keelson.chaos.seconds", 12));
  private static final long SEED = Long.getLong("keelson.seed", 1L);

  @TempDir private Path directory;

  static Stream<String> names() {
    return Scenario.all().stream().map(Scenario::name);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void isServedRightWhileThingsBreak(String name) throws IOException {
    Scenario scenario =
        Scenario.all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    var plan = new ChaosRun.Plan(SEED, FAULTS, Duration.ofSeconds(2), Duration.ofSeconds(90));
    try (var environment =
        ProcessEnvironment.of(
            Topology.Keelson.plain(), scenario.members(), directory, scenario.flags())) {
      var result =
          new ChaosRun(scenario, plan, environment, _ -> {}).run(directory.resolve("history"));
      assertThat(result.verdict().passed())
          .as("seed %d: %s%n%s", SEED, result.verdict(), log(environment))
          .isTrue();
    }
  }

  private static String log(Environment environment) throws IOException {
    String log = Files.readString(environment.log(0));
    return log.substring(Math.max(0, log.length() - 4_000));
  }
}
