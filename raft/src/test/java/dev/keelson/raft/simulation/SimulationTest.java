package dev.keelson.raft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.SeededRandom;
import dev.keelson.raft.membership.Configuration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

  static LongStream fewSeeds() {
    return seeds().limit(60);
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
    live(seed, ScriptedMember.votersTo(seed % 2 == 0 ? 3 : 5));
  }

  /** Not changed while it runs: a joint configuration, or learners beside the voters. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("fewSeeds")
  @Tag("I11")
  void groupInJointConsensusOrWithLearnersDoesToo(long seed) {
    var joint = new Configuration(List.of(1L, 2L, 3L), List.of(3L, 4L, 5L), List.of());
    var learning = new Configuration(List.of(1L, 2L, 3L), List.of(), List.of(4L));
    live(seed, seed % 2 == 0 ? joint : learning);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("I11")
  @Tag("I12")
  @Tag("MB-safe")
  void groupWhoseMembersChangeDoesToo(long seed) {
    int size = 1 + (int) (seed % 4);
    var faults = Faults.draw(new SeededRandom(~seed)).withMembershipChanges(2);
    live(seed, ScriptedMember.votersTo(size), faults);
  }

  private static void live(long seed, Configuration configuration) {
    live(seed, configuration, Faults.draw(new SeededRandom(~seed)));
  }

  private static void live(long seed, Configuration configuration, Faults faults) {
    var cluster = new SimulatedCluster(seed, configuration, faults, Core::sound);

    cluster.run(4_000);
    cluster.heal();
    cluster.run(1_500);
    long before = cluster.checker().committedIndex();
    cluster.run(500);
    cluster.stopClients();
    long settledMillis = cluster.settle(20_000);

    assertThat(cluster.checker().committedIndex())
        .as("%s", cluster.members())
        .isGreaterThan(before);
    assertThat(settledMillis).as("%s", cluster.members()).isLessThan(20_000);

    var reads = cluster.present().stream().map(cluster::read).toList();
    cluster.run(200);
    assertThat(reads).allMatch(cluster.checker()::isServed);
  }

  @Test
  void troubleReallyHappens() {
    int crashes = 0;
    int installs = 0;
    int truncations = 0;
    int terms = 0;
    for (long seed = 0; seed < 40; seed++) {
      var cluster =
          new SimulatedCluster(
              seed, ScriptedMember.votersTo(3), Faults.draw(new SeededRandom(~seed)), Core::sound);
      cluster.run(4_000);
      terms += cluster.checker().terms();
      for (var member : cluster.members()) {
        crashes += member.crashes();
        installs += member.installs();
        truncations += member.truncations();
      }
    }

    assertThat(crashes).as("crashes").isGreaterThan(100);
    assertThat(installs).as("snapshots installed").isGreaterThan(20);
    assertThat(truncations).as("logs truncated").isGreaterThan(20);
    assertThat(terms).as("leaders").isGreaterThan(100);
  }

  @Test
  void membersReallyChange() {
    int changes = 0;
    int joint = 0;
    int removedLeaders = 0;
    for (long seed = 0; seed < 40; seed++) {
      var faults = Faults.draw(new SeededRandom(~seed)).withMembershipChanges(2);
      var cluster = new SimulatedCluster(seed, ScriptedMember.votersTo(3), faults, Core::sound);
      cluster.run(4_000);
      changes += cluster.checker().configurations().changes();
      joint += cluster.checker().configurations().jointChanges();
      removedLeaders += cluster.checker().configurations().removedLeaders();
    }

    assertThat(changes).as("configurations committed").isGreaterThan(150);
    assertThat(joint).as("of them joint").isGreaterThan(30);
    assertThat(removedLeaders).as("leaders removed").isGreaterThan(5);
  }
}
