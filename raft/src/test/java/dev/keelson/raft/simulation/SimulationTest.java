package dev.keelson.raft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.SeededRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens to it, a group keeps Raft's promises; and when it ends, the group works. */
class SimulationTest {

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null
        ? LongStream.of(pinned)
        : LongStream.range(0, Long.getLong("keelson.seeds", 200L));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("I1")
  @Tag("I3")
  @Tag("I5")
  @Tag("I6")
  @Tag("I7")
  @Tag("I13")
  @Tag("I17")
  void groupKeepsItsPromisesThroughAnyTroubleAndRecovers(long seed) {
    var cluster =
        new SimulatedCluster(
            seed, seed % 2 == 0 ? 3 : 5, Faults.draw(new SeededRandom(~seed)), Core::sound);

    cluster.run(4_000);
    cluster.heal();
    cluster.run(1_500);
    long before = cluster.checker().committedIndex();
    cluster.run(500);
    cluster.stopClients();
    long settledMillis = cluster.settle(20_000);

    assertThat(cluster.checker().committedIndex()).isGreaterThan(before);
    assertThat(settledMillis).as("%s", cluster.members()).isLessThan(20_000);
  }
}
