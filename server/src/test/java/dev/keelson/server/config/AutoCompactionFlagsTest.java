package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.config.ServerConfig.AutoCompaction;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("C12")
class AutoCompactionFlagsTest {
  private static AutoCompaction of(String mode, String retention) throws ConfigException {
    return ServerConfig.of(
            "--auto-compaction-mode=" + mode, "--auto-compaction-retention=" + retention)
        .autoCompaction();
  }

  @ParameterizedTest
  @CsvSource({
    "2, PT2H",
    "5m, PT5M",
    "1h30m, PT1H30M",
    "1.5s, PT1.5S",
    "250ms, PT0.25S",
    ".5h, PT30M",
    "1m0.5s, PT1M0.5S"
  })
  void timesAreWrittenAsGoWritesThem(String given, Duration meant) throws ConfigException {
    assertThat(of("periodic", given)).isEqualTo(new AutoCompaction.Periodic(meant.toNanos()));
  }

  @Test
  void zeroIsOffAndTheDefault() throws ConfigException {
    assertThat(of("periodic", "0")).isEqualTo(new AutoCompaction.Off());
    assertThat(of("periodic", "0s")).isEqualTo(new AutoCompaction.Off());
    assertThat(of("revision", "0")).isEqualTo(new AutoCompaction.Off());
    assertThat(ServerConfig.of().autoCompaction()).isEqualTo(new AutoCompaction.Off());
    assertThat(of("revision", "1000")).isEqualTo(new AutoCompaction.Revisions(1_000));
  }

  @ParameterizedTest
  @Tag("case-155")
  @CsvSource({
    "bogus, 1, unknown auto-compaction-mode \"bogus\"",
    "periodic, -1h, error parsing CompactionRetention",
    "periodic, 5x, error parsing CompactionRetention",
    "periodic, h, error parsing CompactionRetention",
    "periodic, 99999999999999999h, error parsing CompactionRetention",
    "periodic, 99999999, must be from 0",
    "revision, 1h, must be a whole number",
    "revision, -1, must be 0 or more"
  })
  void whatCannotBeMeantStopsTheStart(String mode, String retention, String line) {
    assertThatThrownBy(() -> of(mode, retention)).hasMessageContaining(line);
  }
}
