package dev.keelson.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The mathematics of quorums against their definition, exhaustively for small groups. */
class JointConfigTest {
  private static final List<List<Long>> VOTER_SETS = subsets(4);

  private static List<List<Long>> subsets(int size) {
    var subsets = new ArrayList<List<Long>>();
    for (int mask = 0; mask < 1 << size; mask++) {
      var subset = new ArrayList<Long>();
      for (int bit = 0; bit < size; bit++) {
        if ((mask & 1 << bit) != 0) {
          subset.add(bit + 1L);
        }
      }
      subsets.add(subset);
    }
    return subsets;
  }

  private static boolean isMajority(List<Long> voters, List<Long> agreeing) {
    long count = voters.stream().filter(agreeing::contains).count();
    return count * 2 > voters.size();
  }

  private static boolean isQuorum(List<Long> incoming, List<Long> outgoing, List<Long> agreeing) {
    return isMajority(incoming, agreeing) && (outgoing.isEmpty() || isMajority(outgoing, agreeing));
  }

  private static JointConfig config(List<Long> incoming, List<Long> outgoing) {
    return JointConfig.of(new Configuration(incoming, outgoing, List.of()));
  }

  @Test
  @Tag("I11")
  void voteIsDecidedExactlyWhenTheMissingVotesCannotChangeIt() {
    for (var incoming : VOTER_SETS) {
      for (var outgoing : VOTER_SETS) {
        for (int votes = 0; votes < 81 && !incoming.isEmpty(); votes++) {
          var yes = new ArrayList<Long>();
          var notNo = new ArrayList<Long>();
          for (int i = 0, rest = votes; i < 4; i++, rest /= 3) {
            if (rest % 3 == 0) {
              yes.add(i + 1L);
            }
            if (rest % 3 != 1) {
              notNo.add(i + 1L);
            }
          }
          var expected =
              isQuorum(incoming, outgoing, yes)
                  ? VoteResult.WON
                  : isQuorum(incoming, outgoing, notNo) ? VoteResult.PENDING : VoteResult.LOST;

          var result =
              config(incoming, outgoing)
                  .result(
                      id ->
                          yes.contains(id)
                              ? Vote.YES
                              : notNo.contains(id) ? Vote.MISSING : Vote.NO);

          assertThat(result).as("%s %s yes %s", incoming, outgoing, yes).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  @Tag("I6")
  void reachedIndexIsTheHighestThatAQuorumHolds() {
    for (var incoming : VOTER_SETS) {
      for (var outgoing : VOTER_SETS) {
        for (int matches = 0; matches < 256 && !incoming.isEmpty(); matches++) {
          int packed = matches;
          long reached = config(incoming, outgoing).reachedIndex(id -> matchOf(packed, id));

          assertThat(isQuorum(incoming, outgoing, holding(matches, reached))).isTrue();
          assertThat(isQuorum(incoming, outgoing, holding(matches, reached + 1))).isFalse();
        }
      }
    }
  }

  private static long matchOf(int packed, long id) {
    return packed >> (2 * (id - 1)) & 3;
  }

  private static List<Long> holding(int packed, long index) {
    var holding = new ArrayList<Long>();
    for (long id = 1; id <= 4; id++) {
      if (matchOf(packed, id) >= index) {
        holding.add(id);
      }
    }
    return holding;
  }

  @Test
  void configurationWithoutVotersDecidesNothing() {
    var nobody = config(List.of(), List.of());

    assertThat(nobody.result(_ -> Vote.YES)).isEqualTo(VoteResult.LOST);
    assertThat(nobody.reachedIndex(_ -> 9)).isZero();
  }
}
