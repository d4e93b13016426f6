package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.transport.TransportConfig.Timing;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How long the transport waits between attempts, and between lines of log. */
class PatienceTest {
  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 50);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void waitsDoubleWithJitterUpToTheLongest(long seed) {
    var backoff = new DialBackoff(Timing.defaults(), new SeededRandom(seed));
    for (long expected : new long[] {30, 60, 120, 240, 480, 960, 1000, 1000, 1000}) {
      assertThat(backoff.nextMillis(false)).isBetween(expected / 2, expected);
    }
    backoff.succeeded();
    assertThat(backoff.nextMillis(false)).isBetween(15L, 30L);
  }

  @Test
  void refusedDiallerWaitsLongerInTheEndAndNeverOverflows() {
    var backoff = new DialBackoff(Timing.defaults(), new SeededRandom(1));
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.nextMillis(true)).isPositive();
    }
    assertThat(backoff.nextMillis(true)).isBetween(2500L, 5000L);
  }

  @Test
  void oneLineASecondPassesAndSaysHowManyDidNot() {
    var now = new AtomicLong(Long.MAX_VALUE - 500_000_000L);
    var limiter = new LogLimiter(now::get);
    assertThat(limiter.admit("refused")).hasValue(0);
    now.addAndGet(999_999_999L);
    assertThat(limiter.admit("refused")).isEmpty();
    assertThat(limiter.admit("refused")).isEmpty();
    now.addAndGet(1);
    assertThat(limiter.admit("refused")).hasValue(2);
    assertThat(limiter.admit("refused")).isEmpty();
  }

  @Test
  void lineOfOneKindDoesNotHoldBackAnother() {
    var limiter = new LogLimiter(() -> 7);
    assertThat(limiter.admit("refused")).hasValue(0);
    assertThat(limiter.admit("refused")).isEmpty();
    assertThat(limiter.admit("bad frame")).hasValue(0);
    assertThat(limiter.admit("bad frame")).isEmpty();
  }

  @Test
  @Tag("MEM-bound")
  void kindThatWasSilentLongestIsForgottenAmongTooMany() {
    var limiter = new LogLimiter(() -> 7);
    limiter.admit("silent");
    limiter.admit("repeated");
    for (int i = 0; i < LogLimiter.MAX_KINDS - 1; i++) {
      limiter.admit("repeated");
      limiter.admit("kind " + i);
    }
    assertThat(limiter.admit("repeated")).isEmpty();
    assertThat(limiter.admit("silent")).hasValue(0);
  }
}
