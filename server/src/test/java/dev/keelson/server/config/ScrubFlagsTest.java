package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrubFlagsTest {
  @Test
  void byDefaultAllIsReadOnceADayAndSlowly() throws ConfigException {
    var scrub = ServerConfig.of().resources().scrub();

    assertThat(scrub.intervalNanos()).isEqualTo(Duration.ofHours(24).toNanos());
    assertThat(scrub.bytesPerSecond()).isEqualTo(5_000_000);
  }

  @Test
  void itCanBeSwitchedOff() throws ConfigException {
    var config = ServerConfig.of("--scrub-interval=0");

    assertThat(config.resources().scrub().intervalNanos()).isZero();
  }

  @Test
  void bothCanBeChosen() throws ConfigException {
    var config = ServerConfig.of("--scrub-interval=90m", "--scrub-rate-bytes=2MiB");

    assertThat(config.resources().scrub())
        .isEqualTo(new ServerConfig.Scrub(Duration.ofMinutes(90).toNanos(), 2 << 20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--scrub-interval=often",
        "--scrub-interval=10ms",
        "--scrub-interval=-1h",
        "--scrub-rate-bytes=0",
        "--scrub-rate-bytes=fast"
      })
  void nonsenseIsRefusedByName(String argument) {
    assertThatThrownBy(() -> ServerConfig.of(argument))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(argument.substring(0, argument.indexOf('=')))
        .hasMessageContaining("must be");
  }
}
