package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TickSourceTest {
  private static final long TICK = 100_000_000;

  private final TickSource ticks = new TickSource(ReplicaLimits.of(100, 1000), 0);

  @Test
  void oneTickIsDueAfterEachInterval() {
    assertThat(ticks.due(TICK - 1)).isZero();
    assertThat(ticks.due(TICK)).isOne();
    assertThat(ticks.due(TICK)).isZero();
    assertThat(ticks.due(2 * TICK + 5)).isOne();
    assertThat(ticks.nanosUntilNext(2 * TICK + 5)).isEqualTo(TICK - 5);
  }

  @Test
  @Tag("TM-pause")
  void aTickThatIsLateByMoreThanAnElectionTimeoutMeansThatTheProcessStoodStill() {
    assertThat(ticks.wasAway(11 * TICK)).isFalse();
    assertThat(ticks.wasAway(11 * TICK + 1)).isTrue();
    ticks.due(11 * TICK + 1);
    assertThat(ticks.wasAway(11 * TICK + 2)).isFalse();
  }

  @Test
  void aPauseIsMadeGoodByHalfAnElectionTimeoutAtMost() {
    assertThat(ticks.due(1_000 * TICK)).isEqualTo(5);
    assertThat(ticks.due(1_000 * TICK)).isZero();
    assertThat(ticks.due(1_001 * TICK)).isOne();
  }
}
