package dev.keelson.raft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.LogReader;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.SeededRandom;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.role.TamperedMember;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The checkers are worth what they convict: mutants of reliability.md 2.7. */
@Tag("mutants")
class PlantedBugTest {
  private static final long MAX_SEEDS = 4_000;
  private static final int MANY_TICKS = 2_000;

  /** What surrounds the bug. */
  private enum Group {
    VOTERS {
      @Override
      Configuration birth(long seed) {
        return ScriptedMember.votersTo(seed % 2 == 0 ? 3 : 5);
      }

      @Override
      Faults faults(long seed) {
        return Faults.draw(new SeededRandom(~seed));
      }
    },
    WITH_A_LEARNER {
      @Override
      Configuration birth(long seed) {
        return new Configuration(List.of(1L, 2L, 3L), List.of(), List.of(4L));
      }

      @Override
      Faults faults(long seed) {
        return Faults.draw(new SeededRandom(~seed));
      }
    },
    CHANGING {
      @Override
      Configuration birth(long seed) {
        return ScriptedMember.votersTo(1 + (int) (seed % 4));
      }

      @Override
      Faults faults(long seed) {
        return Faults.draw(new SeededRandom(~seed)).withMembershipChanges(2);
      }
    };

    abstract Configuration birth(long seed);

    abstract Faults faults(long seed);
  }

  static Stream<Arguments> bugs() {
    return Stream.of(
        bug(
            "1, 3: promises leave before they are durable",
            0,
            PlantedBugs.PromisesBeforeDurable::new),
        bug("4: a leader counts itself before its disk", 0, PlantedBugs.BelievesItsDisk::new),
        bug("2: entries of old terms are counted", 3280, PlantedBugs.CountsOldTerms::new),
        bug("5: reads are answered on belief", 0, PlantedBugs.ReadsOnBelief::new),
        bug("7: read rounds are used twice", 882, PlantedBugs.ReusesReadRounds::new),
        bug("11: late votes count", 121, PlantedBugs.CountsLateVotes::new),
        bug("12: short logs get votes", 1, PlantedBugs.VotesForShortLogs::new),
        bug("13: the match is not checked", 15, PlantedBugs.SkipsTheMatchCheck::new),
        bug("10: the own end is acknowledged", 0, PlantedBugs.AcknowledgesItsOwnEnd::new),
        bug("14: unverified entries are committed", 6, PlantedBugs.CommitsUnverified::new),
        bug("16: the vote is forgotten", 73, PlantedBugs::forgetsItsVote),
        tampered("6: reads before a commit in the term", 0, TamperedMember.ReadsInAnyTerm::new),
        tampered("8: a snapshot keeps what was behind it", 44, TamperedMember.KeepsItsSuffix::new),
        tampered(
            "9: the log ends with each message", 0, TamperedMember.TruncatesToEachMessage::new),
        bug("17: one less than a majority decides", 0, CountingBugs.CountsOneTooMany::new),
        bug("20: the last entry is applied again", 2, CountingBugs::appliesTheLastOneAgain),
        bug("21: entries are applied uncommitted", 0, CountingBugs.AppliesUncommitted::new));
  }

  static Stream<Arguments> bugsOfChanges() {
    return Stream.of(
        tampered("24: two changes at once", 0, TamperedMember.ChangesAtOnce::new),
        Arguments.of(
            "26: the members of the birth after each start",
            2L,
            (Function<Configuration, Core.Factory>)
                birth -> new CountingBugs.StartsWithItsBirth(birth)::start),
        bug("27: the new voters decide alone", 3, CountingBugs.CountsNewVotersOnly::new),
        bug("28: a leader that leaves counts", 2, CountingBugs.CountsItselfThoughGone::new));
  }

  private static Arguments bug(String name, long seed, Core.Factory cores) {
    Function<Configuration, Core.Factory> always = birth -> cores;
    return Arguments.of(name, seed, always);
  }

  /** Makes a member that is tampered with. */
  @FunctionalInterface
  private interface Tampering {
    TamperedMember start(
        RaftConfig config, RestoredState state, LogReader log, RandomSource random);
  }

  private static Arguments tampered(String name, long seed, Tampering member) {
    return bug(
        name,
        seed,
        (config, state, log, random) -> Core.of(member.start(config, state, log, random)));
  }

  /** The seed is where to look first, so that the search is short as long as nothing changes. */
  @ParameterizedTest(name = "{0}, first at seed {1}")
  @MethodSource("bugs")
  void checkersConvict(String name, long seed, Function<Configuration, Core.Factory> cores) {
    assertThat(convict(Group.VOTERS, seed, cores)).as(name).isTrue();
  }

  @ParameterizedTest(name = "{0}, first at seed {1}")
  @MethodSource("bugsOfChanges")
  @Tag("I11")
  @Tag("I12")
  void checkersConvictWhileMembersChange(
      String name, long seed, Function<Configuration, Core.Factory> cores) {
    assertThat(convict(Group.CHANGING, seed, cores)).as(name).isTrue();
  }

  static Stream<Arguments> bugsOfLearners() {
    return Stream.of(bug("30: learners are counted", 0, CountingBugs.CountsLearners::new));
  }

  @ParameterizedTest(name = "{0}, first at seed {1}")
  @MethodSource("bugsOfLearners")
  void checkersConvictWithALearner(
      String name, long seed, Function<Configuration, Core.Factory> cores) {
    assertThat(convict(Group.WITH_A_LEARNER, seed, cores)).as(name).isTrue();
  }

  static Stream<Arguments> bugsOfLiveness() {
    return Stream.of(bug("15: a vote is for ever", 3, CountingBugs.VotesOnceForAll::new));
  }

  /** Nothing wrong is ever seen of them, but nothing goes on either. */
  @ParameterizedTest(name = "{0}, first at seed {1}")
  @MethodSource("bugsOfLiveness")
  void groupDoesNotRecoverFrom(
      String name, long seed, Function<Configuration, Core.Factory> cores) {
    var seeds = LongStream.concat(LongStream.of(seed), LongStream.range(0, MAX_SEEDS));

    assertThat(seeds.filter(each -> staysBroken(each, cores)).findFirst()).as(name).isPresent();
  }

  @Test
  void refusedPreVoteTeachesTheTermSoThatSomebodyCanLead() {
    for (long seed = 0; seed < 20; seed++) {
      assertThat(new TwoOfThree(seed, Core::sound).findsALeader(MANY_TICKS)).isTrue();
    }
  }

  /** Mutant 25. */
  @Test
  void nobodyEverLeadsIfARefusedPreVoteDoesNotTeachTheTerm() {
    assertThat(new TwoOfThree(0, CountingBugs.RefusesWithoutTeaching::new).findsALeader(MANY_TICKS))
        .isFalse();
  }

  private static boolean convict(
      Group group, long seed, Function<Configuration, Core.Factory> cores) {
    var seeds = LongStream.concat(LongStream.of(seed), LongStream.range(0, MAX_SEEDS));
    return seeds.anyMatch(each -> convicts(group, each, cores));
  }

  private static boolean convicts(
      Group group, long seed, Function<Configuration, Core.Factory> cores) {
    var cluster = cluster(group, seed, cores);
    try {
      cluster.run(4_000);
      return false;
    } catch (SafetyViolation _) {
      return true;
    }
  }

  private static boolean staysBroken(long seed, Function<Configuration, Core.Factory> cores) {
    var cluster = cluster(Group.VOTERS, seed, cores);
    cluster.run(4_000);
    cluster.heal();
    cluster.run(1_500);
    cluster.stopClients();
    return cluster.settle(20_000) >= 20_000;
  }

  private static SimulatedCluster cluster(
      Group group, long seed, Function<Configuration, Core.Factory> cores) {
    var birth = group.birth(seed);
    return new SimulatedCluster(seed, birth, group.faults(seed), cores.apply(birth));
  }
}
