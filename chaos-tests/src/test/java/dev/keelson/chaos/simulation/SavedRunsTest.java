package dev.keelson.chaos.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every run that has found something, with just the faults that it took. */
class SavedRunsTest {
  private final QuietLogs quiet = new QuietLogs();

  @AfterEach
  void loudAgain() {
    quiet.close();
  }

  static List<String> saved() throws IOException, URISyntaxException {
    try (var files = Files.list(directory())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Path directory() throws URISyntaxException {
    return Path.of(requireNonNull(SavedRunsTest.class.getResource("/simulation")).toURI());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("saved")
  void whatOnceWentWrongGoesWellTwiceInTheSameWay(String name)
      throws IOException, URISyntaxException {
    var plan = Plan.parse(Files.readString(directory().resolve(name)));

    var result = Simulation.run(plan);
    var again = Simulation.run(plan);

    assertThat(result.failure().map(Simulation.Failure::report)).isEmpty();
    assertThat(again.hash()).isEqualTo(result.hash());
    assertThat(again.events()).isEqualTo(result.events());
  }
}
