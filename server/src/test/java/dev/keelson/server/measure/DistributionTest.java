package dev.keelson.server.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DistributionTest {
  @Test
  void aValueAtABoundIsWithinItAndWhatIsPastTheLastIsCountedApart() {
    var batches = Distribution.ofCounts(3);
    for (long value : new long[] {0, 1, 2, 3, 4, 5, 1_000}) {
      batches.record(value);
    }

    assertThat(batches.upperBounds()).containsExactly(1, 2, 4);
    assertThat(batches.counts()).containsExactly(2, 1, 2, 2);
    assertThat(batches.sum()).isEqualTo(1_015);
  }

  @Test
  void timesAreTakenInNanosecondsAndToldInSeconds() {
    var times = Distribution.ofSeconds(0.001, 2, 3);
    times.record(1_000_000);
    times.record(1_000_001);
    times.record(4_000_001);

    assertThat(times.upperBounds()).containsExactly(0.001, 0.002, 0.004);
    assertThat(times.counts()).containsExactly(1, 1, 0, 1);
    assertThat(times.sum()).isEqualTo(0.006000002);
  }
}
