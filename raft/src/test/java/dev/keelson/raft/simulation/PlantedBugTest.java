package dev.keelson.raft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.SeededRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The checkers are worth what they convict. */
class PlantedBugTest {
  private static final long MAX_SEEDS = 4_000;

  static Stream<Arguments> bugs() {
    return Stream.of(
        bug("promises leave before they are durable", 0, PlantedBugs.PromisesBeforeDurable::new),
        bug("a leader counts itself before its disk", 0, PlantedBugs.BelievesItsDisk::new),
        bug("entries of old terms are counted", 3280, PlantedBugs.CountsOldTerms::new),
        bug("reads are answered on belief", 0, PlantedBugs.ReadsOnBelief::new),
        bug("read rounds are used twice", 882, PlantedBugs.ReusesReadRounds::new),
        bug("late votes count", 121, PlantedBugs.CountsLateVotes::new),
        bug("short logs get votes", 1, PlantedBugs.VotesForShortLogs::new),
        bug("the match is not checked", 2, PlantedBugs.SkipsTheMatchCheck::new),
        bug("the own end is acknowledged", 0, PlantedBugs.AcknowledgesItsOwnEnd::new),
        bug("unverified entries are committed", 6, PlantedBugs.CommitsUnverified::new),
        bug("the vote is forgotten", 73, PlantedBugs::forgetsItsVote));
  }

  private static Arguments bug(String name, long seed, Core.Factory cores) {
    return Arguments.of(name, seed, cores);
  }

  /** The seed is where to look first, so that the search is short as long as nothing changes. */
  @ParameterizedTest(name = "{0}, first at seed {1}")
  @MethodSource("bugs")
  void checkersConvict(String name, long seed, Core.Factory cores) {
    var seeds = LongStream.concat(LongStream.of(seed), LongStream.range(0, MAX_SEEDS));

    assertThat(seeds.filter(each -> convicts(each, cores)).findFirst()).as(name).isPresent();
  }

  private static boolean convicts(long seed, Core.Factory cores) {
    var cluster =
        new SimulatedCluster(
            seed,
            ScriptedMember.votersTo(seed % 2 == 0 ? 3 : 5),
            Faults.draw(new SeededRandom(~seed)),
            cores);
    try {
      cluster.run(4_000);
      return false;
    } catch (SafetyViolation _) {
      return true;
    }
  }
}
