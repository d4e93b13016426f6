package dev.keelson.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole clusters through their faults and out of them again. */
class SimulationTest {
  private static final long MANY_SEEDS = 60;

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

  /** Seed after seed, until everything has been seen that an operator does. */
  @Test
  @Tag("I11")
  @Tag("I12")
  void membersReallyChange() {
    var unseen =
        new TreeSet<>(
            List.of(
                "voters added",
                "learners added",
                "learners promoted",
                "members removed",
                "members that stopped since they were removed",
                "starts of added members"));
    for (long seed = 0; seed < MANY_SEEDS && !unseen.isEmpty(); seed++) {
      unseen.removeAll(Simulation.run(seed).counts().keySet());
    }

    assertThat(unseen).isEmpty();
  }

  /** The last of them with an operator who changes the members. */
  static LongStream replayed() {
    return LongStream.range(1, 4);
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
