package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OperationCountsTest {
  private final OperationCounts counts = new OperationCounts();

  @Test
  void aCommandOfOneOperationIsNoTransaction() {
    counts.ended(1, 0, 0, 12);
    counts.ended(0, 1, 0, 0);
    counts.ended(0, 0, 1, 0);
    counts.ended(0, 0, 0, 0);
    counts.ranged(5);

    assertThat(counts.puts()).isEqualTo(1);
    assertThat(counts.putBytes()).isEqualTo(12);
    assertThat(counts.deletes()).isEqualTo(1);
    assertThat(counts.ranges()).isEqualTo(6);
    assertThat(counts.txns()).isZero();
  }

  @Test
  void aTransactionCountsOnceAndEachOfItsOperationsToo() {
    counts.ended(2, 1, 3, 40);
    counts.ended(0, 0, 2, 0);

    assertThat(counts.txns()).isEqualTo(2);
    assertThat(counts.puts()).isEqualTo(2);
    assertThat(counts.deletes()).isEqualTo(1);
    assertThat(counts.ranges()).isEqualTo(5);
    assertThat(counts.putBytes()).isEqualTo(40);
  }
}
