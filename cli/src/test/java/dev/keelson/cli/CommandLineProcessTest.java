package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineProcessTest {
  @TempDir private Path scratch;

  @ParameterizedTest(name = "{0} ends with {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          sevrer | 2 | keelson: unknown command 'sevrer'; did you mean 'server'?
          server --nmae=a | 2 | keelson server: unknown flag --nmae; did you mean --name?
          server --election-timeout=1 | 1 | keelson server: --election-timeout=1: must be at least 5
          up --members=4 | 2 | keelson up: --members=4: must be 1, 3 or 5
          up --data-dir=/dev/null | 1 | keelson up: --data-dir=/dev/null: is a file, not a directory
          up --port-base=65535 | 1 | keelson up: --port-base=65535: 3 members would need ports up to
          """)
  void aMistakeIsOneLineAndAnExitCode(String line, int exitCode, String message)
      throws IOException, InterruptedException {
    try (var keelson = KeelsonProcess.start(scratch, line.split(" "))) {
      assertThat(keelson.awaitExit()).isEqualTo(exitCode);
      assertThat(keelson.lines()).singleElement().asString().startsWith(message);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "help, Usage: keelson COMMAND",
    "--help, Usage: keelson COMMAND",
    "version, keelson 0.",
    "--version, keelson 0.",
    "server --help, --initial-cluster",
    "server --version, keelson 0.",
    "up --help, --port-base=N"
  })
  void aQuestionIsAnsweredAndEndsWithZero(String line, String answer)
      throws IOException, InterruptedException {
    try (var keelson = KeelsonProcess.start(scratch, line.split(" "))) {
      assertThat(keelson.awaitExit()).isZero();
      assertThat(String.join("\n", keelson.lines())).contains(answer);
    }
  }

  @Test
  void withoutACommandTheUsageIsShown() throws IOException, InterruptedException {
    try (var keelson = KeelsonProcess.start(scratch)) {
      assertThat(keelson.awaitExit()).isZero();
      assertThat(keelson.lines()).contains("Usage: keelson COMMAND [options]");
    }
    assertThat(scratch).isEmptyDirectory();
  }
}
