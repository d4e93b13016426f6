package dev.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void theRestDoublesUpToItsBound() {
    var backoff = new Backoff();

    assertThat(LongStream.range(0, 7).map(_ -> backoff.afterRunOf(10)))
        .containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L);
  }

  @Test
  void aGoodRunIsForgiven() {
    var backoff = new Backoff();
    backoff.afterRunOf(10);
    backoff.afterRunOf(10);

    assertThat(backoff.afterRunOf(Backoff.GOOD_RUN_MILLIS)).isEqualTo(1_000);
    assertThat(backoff.afterRunOf(10)).isEqualTo(2_000);
  }
}
