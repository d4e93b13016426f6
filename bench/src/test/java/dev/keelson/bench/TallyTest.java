package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.bench.Workload.Outcome;
import org.junit.jupiter.api.Test;

class TallyTest {

  @Test
  void percentilesAreThoseOfTheValues() {
    var tally = new Tally();
    for (int millis = 1; millis <= 1_000; millis++) {
      tally.answered(Call.PUT, millis * 1_000_000L, Outcome.DONE);
    }

    var latency = Latency.of(tally.all());

    assertThat(latency.count()).isEqualTo(1_000);
    assertThat(latency.meanMicros()).isCloseTo(500_500, within(1_000.0));
    assertThat(latency.p50Micros()).isCloseTo(500_000, within(1_000.0));
    assertThat(latency.p90Micros()).isCloseTo(900_000, within(1_000.0));
    assertThat(latency.p99Micros()).isCloseTo(990_000, within(1_000.0));
    assertThat(latency.p999Micros()).isCloseTo(999_000, within(1_000.0));
    assertThat(latency.maxMicros()).isCloseTo(1_000_000, within(1_000.0));
  }

  @Test
  void readsAndWritesAreKeptApartAndAddedUp() {
    var one = new Tally();
    one.answered(Call.RANGE, 1_000, Outcome.DONE);
    one.answered(Call.RANGE, 1_000, Outcome.MISS);
    one.failed("UNAVAILABLE");
    one.unfinished();
    var other = new Tally();
    other.answered(Call.TXN, 5_000, Outcome.CONFLICT);
    other.failed("UNAVAILABLE");
    other.unsent(3);

    one.add(other);

    assertThat(one.reads().getTotalCount()).isEqualTo(2);
    assertThat(one.writes().getTotalCount()).isEqualTo(1);
    assertThat(one.all().getTotalCount()).isEqualTo(3);
    assertThat(one.misses()).isEqualTo(1);
    assertThat(one.conflicts()).isEqualTo(1);
    assertThat(one.errors()).containsOnlyKeys("UNAVAILABLE").containsValue(2L);
    assertThat(one.unfinishedCount()).isEqualTo(1);
    assertThat(one.unsentCount()).isEqualTo(3);
  }

  @Test
  void kindsOfErrorsAreBoundedAndNoneIsLost() {
    var tally = new Tally();
    for (int i = 0; i < 1_000; i++) {
      tally.failed("error " + i);
    }

    assertThat(tally.errors()).hasSize(Tally.MAX_ERROR_KINDS + 1);
    assertThat(tally.errors()).containsEntry(Tally.OTHER_ERRORS, 950L);
  }

  @Test
  void absurdLatencyIsClampedInsteadOfLost() {
    var tally = new Tally();
    tally.answered(Call.PUT, Long.MAX_VALUE, Outcome.DONE);
    tally.answered(Call.PUT, -5, Outcome.DONE);

    assertThat(tally.writes().getTotalCount()).isEqualTo(2);
  }
}
