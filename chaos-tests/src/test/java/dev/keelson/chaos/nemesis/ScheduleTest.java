package dev.keelson.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What breaks is drawn from a seed, and every kind has its turn. */
class ScheduleTest {
  private static final List<FaultKind> KINDS = List.of(FaultKind.values());

  @Test
  void theSameSeedBreaksTheSameThings() {
    assertThat(Schedule.draw(7, KINDS, Duration.ofMinutes(5)))
        .isEqualTo(Schedule.draw(7, KINDS, Duration.ofMinutes(5)))
        .isNotEqualTo(Schedule.draw(8, KINDS, Duration.ofMinutes(5)));
  }

  @Test
  void everyKindComesOnceBeforeAnyComesAgain() {
    for (long seed = 0; seed < 100; seed++) {
      Set<FaultKind> seen = new HashSet<>();
      for (Schedule.Step step : Schedule.draw(seed, KINDS, Duration.ofMinutes(5)).steps()) {
        for (FaultKind kind : step.kinds()) {
          if (seen.size() < KINDS.size()) {
            assertThat(seen.add(kind)).as("seed %d, %s", seed, kind).isTrue();
          }
        }
      }
      assertThat(seen).hasSize(KINDS.size());
    }
  }
}
