package dev.keelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.chaos.simulation.Plan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What somebody is told who runs seeds. */
class SimulateCommandTest {
  private final StringWriter told = new StringWriter();

  private int simulate(String... arguments) {
    return new CommandLine(new SimulateCommand())
        .setOut(new PrintWriter(told, true))
        .execute(arguments);
  }

  @Test
  void tellsWhatWasDoneAndTheSeedToGoOnWith() {
    int status = simulate("--seed", "7", "--seeds", "2", "--threads", "2", "--replay", "8");

    assertThat(status).isZero();
    assertThat(told.toString())
        .contains("2 seeds")
        .contains("faults: ")
        .contains("1 replayed")
        .contains("0 failed")
        .contains("to go on: ./keelson simulate --seed 9 --replay 8 --threads 2");
  }

  @Test
  void runsAPlanFromAFile(@TempDir Path directory) throws IOException {
    var file = Files.writeString(directory.resolve("a.run"), Plan.draw(3).text());

    int status = simulate("--run", file.toString());

    assertThat(status).isZero();
    assertThat(told.toString()).contains("1 seeds").contains("--run " + file);
  }

  @Test
  void fillsOneScenario() {
    int status = simulate("--template", "QUOTA", "--seeds", "1");

    assertThat(status).isZero();
    assertThat(told.toString()).contains("stores opened");
  }
}
