package dev.keelson.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole clusters through their faults and out of them again. */
class SimulationTest {
  private final QuietLogs quiet = new QuietLogs();

  @AfterEach
  void loudAgain() {
    quiet.close();
  }

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null
        ? LongStream.of(pinned)
        : LongStream.range(0, Long.getLong("keelson.seeds", 30));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyInvariantHoldsAndAMajorityRecovers(long seed) {
    var result = Simulation.run(seed);

    assertThat(result.failure().map(Simulation.Failure::report)).isEmpty();
  }

  static LongStream replayed() {
    return LongStream.range(0, 3);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("replayed")
  void theSameSeedIsTheSameRunToTheLastEvent(long seed) {
    var first = Simulation.run(seed);
    var second = Simulation.run(seed);

    assertThat(second.events()).isEqualTo(first.events());
    assertThat(second.hash()).isEqualTo(first.hash());
    assertThat(second.counts()).isEqualTo(first.counts());
  }
}
