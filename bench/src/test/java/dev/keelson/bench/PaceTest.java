package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  /** The machine's clock may start anywhere, also just before it overflows. */
  private static final long START = Long.MAX_VALUE;

  @Test
  void slowRateIsEven() {
    var pace = Pace.rate(START, 1_000);

    assertThat(pace.take(START)).isEqualTo(START);
    assertThat(pace.due(after(999_999))).isFalse();
    assertThat(pace.nextNanos(START)).isEqualTo(after(1_000_000));
    assertThat(pace.due(after(1_000_000))).isTrue();
    assertThat(pace.due(after(1_000_001))).isTrue();
  }

  @Test
  void lateOperationKeepsItsIntendedMoment() {
    var pace = Pace.rate(0, 1_000);

    assertThat(pace.take(50_000_000)).isEqualTo(0);
    assertThat(pace.take(50_000_000)).isEqualTo(1_000_000);
    assertThat(pace.take(50_000_000)).isEqualTo(2_000_000);
  }

  @Test
  void fastRateComesInQuantaAndStaysExact() {
    var pace = Pace.rate(0, 100_000);
    long now = 0;
    int sent = 0;
    while (now < 1_000_000_000) {
      while (pace.due(now)) {
        assertThat(pace.take(now)).isLessThanOrEqualTo(now);
        sent++;
      }
      long next = pace.nextNanos(now);
      assertThat(next - now).isEqualTo(Pace.Rate.QUANTUM_NANOS);
      now = next;
    }

    assertThat(sent).isBetween(99_980, 100_000);
    assertThat(pace.unsent(1_000_000_000)).isEqualTo(100_000 - sent);
  }

  @Test
  void whatNobodySentIsKnown() {
    var pace = Pace.rate(0, 100);
    pace.take(0);
    pace.take(0);

    assertThat(pace.unsent(1_000_000_000)).isEqualTo(98);
    assertThat(pace.unsent(0)).isZero();
  }

  @Test
  void withoutARateEverythingIsDueNow() {
    var pace = Pace.unlimited();

    assertThat(pace.due(START)).isTrue();
    assertThat(pace.take(START)).isEqualTo(START);
    assertThat(pace.unsent(after(1))).isZero();
  }

  private static long after(long nanos) {
    return START + nanos;
  }
}
