package dev.keelson.raft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Input;
import dev.keelson.raft.Message;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.SeededRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who leads, and how soon, when members reach each other in part only: one test for each line of
 * the liveness table (reliability.md 1.10). Time is virtual, so that bounds are exact; E, the
 * election timeout, is 100 ms here.
 */
@Tag("1.10")
class PartialConnectivityTest {
  private static final long E_MILLIS = 100;
  private static final long LONG_MILLIS = 50 * E_MILLIS;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 20);
  }

  private static SimulatedCluster healthy(long seed, int size) {
    var calm = Faults.draw(new SeededRandom(seed)).healed();
    var cluster = new SimulatedCluster(seed, ScriptedMember.votersTo(size), calm, Core::sound);
    awaitLeader(cluster, 10 * E_MILLIS);
    cluster.run(2 * E_MILLIS);
    return cluster;
  }

  private static Optional<SimulatedMember> leader(SimulatedCluster cluster) {
    return cluster.members().stream()
        .filter(member -> member.isUp() && member.status().isLeader())
        .max((one, other) -> Long.compare(one.status().term(), other.status().term()));
  }

  /** How long it took until somebody leads in a later term than this. */
  private static long awaitLeaderAfter(SimulatedCluster cluster, long term, long limitMillis) {
    for (long millis = 0; millis <= limitMillis; millis++) {
      if (leader(cluster).filter(member -> member.status().term() > term).isPresent()) {
        return millis;
      }
      cluster.run(1);
    }
    throw new AssertionError("no leader after term " + term + ": " + cluster.members());
  }

  private static SimulatedMember awaitLeader(SimulatedCluster cluster, long limitMillis) {
    awaitLeaderAfter(cluster, 0, limitMillis);
    return leader(cluster).orElseThrow();
  }

  private static List<SimulatedMember> others(SimulatedCluster cluster, SimulatedMember one) {
    return cluster.members().stream().filter(member -> member.id() != one.id()).toList();
  }

  private static void cutBothWays(SimulatedCluster cluster, long one, long other) {
    cluster.network().cut(one, other);
    cluster.network().cut(other, one);
  }

  /** It is the same leader, in the same term, after a long time, and work gets done. */
  private static void staysInOffice(SimulatedCluster cluster, SimulatedMember leader) {
    long term = leader.status().term();
    long committed = cluster.checker().committedIndex();
    cluster.run(LONG_MILLIS);
    assertThat(leader.status().isLeader()).as("%s", cluster.members()).isTrue();
    assertThat(leader.status().term()).isEqualTo(term);
    assertThat(cluster.checker().committedIndex()).isGreaterThan(committed);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aLeaderThatDiesIsReplacedSoon(long seed) {
    var cluster = healthy(seed, 3);
    var dead = leader(cluster).orElseThrow();
    long term = dead.status().term();

    dead.crash();

    // One vote in many is split, and costs another wait.
    assertThat(awaitLeaderAfter(cluster, term, 10 * E_MILLIS)).isLessThanOrEqualTo(5 * E_MILLIS);
    staysInOffice(cluster, leader(cluster).orElseThrow());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("raft-3.10")
  void aLeaderThatHandsOverIsReplacedWithinThreeTenthsOfAnElectionTimeout(long seed) {
    var cluster = healthy(seed, 3);
    var old = leader(cluster).orElseThrow();
    long term = old.status().term();

    old.offer(new Input.TransferLeadership(Input.TransferLeadership.ANYBODY));

    assertThat(awaitLeaderAfter(cluster, term, 10 * E_MILLIS))
        .isLessThanOrEqualTo(3 * E_MILLIS / 10);
    cluster.run(E_MILLIS);
    assertThat(old.status().isLeader()).isFalse();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("TM-pause")
  void aLeaderThatStandsDownIsReplacedSoon(long seed) {
    var cluster = healthy(seed, 5);
    var old = leader(cluster).orElseThrow();
    long term = old.status().term();

    old.offer(new Input.StandDown());

    // At once, unless the member that is told to stand lacks an entry.
    assertThat(awaitLeaderAfter(cluster, term, 10 * E_MILLIS)).isLessThanOrEqualTo(3 * E_MILLIS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aMinorityThatDiesChangesNothing(long seed) {
    var cluster = healthy(seed, 5);
    var leader = leader(cluster).orElseThrow();

    others(cluster, leader).stream().limit(2).forEach(SimulatedMember::crash);

    staysInOffice(cluster, leader);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aFollowerThatHearsNothingDoesNotDeposeTheLeader(long seed) {
    var cluster = healthy(seed, 3);
    var leader = leader(cluster).orElseThrow();
    var deaf = others(cluster, leader).getFirst();

    others(cluster, deaf).forEach(other -> cluster.network().cut(other.id(), deaf.id()));

    staysInOffice(cluster, leader);
    cluster.network().healAll();
    staysInOffice(cluster, leader);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aFollowerThatIsNotHeardDoesNotDeposeTheLeader(long seed) {
    var cluster = healthy(seed, 3);
    var leader = leader(cluster).orElseThrow();
    var mute = others(cluster, leader).getFirst();

    others(cluster, mute).forEach(other -> cluster.network().cut(mute.id(), other.id()));

    staysInOffice(cluster, leader);
    cluster.network().healAll();
    staysInOffice(cluster, leader);
  }

  /** Its log has stayed the same meanwhile, and so has its term: nobody hears more of it. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("raft-9.6")
  void anIsolatedFollowerThatComesBackDisturbsNobody(long seed) {
    var cluster = healthy(seed, 3);
    var leader = leader(cluster).orElseThrow();
    var isolated = others(cluster, leader).getFirst();

    others(cluster, isolated).forEach(other -> cutBothWays(cluster, isolated.id(), other.id()));

    staysInOffice(cluster, leader);
    assertThat(isolated.status().term()).isEqualTo(leader.status().term());
    assertThat(isolated.status().hasLeader()).isFalse();
    cluster.network().healAll();
    staysInOffice(cluster, leader);
    assertThat(isolated.status().leaderId()).isEqualTo(leader.id());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("raft-6.2")
  void aLeaderThatHearsNothingStepsDownWithinTwoElectionTimeouts(long seed) {
    var cluster = healthy(seed, 3);
    var deaf = leader(cluster).orElseThrow();
    long term = deaf.status().term();

    others(cluster, deaf).forEach(other -> cluster.network().cut(other.id(), deaf.id()));

    cluster.run(2 * E_MILLIS + 2 * SimulatedCluster.TICK_MICROS / 1_000);
    assertThat(deaf.status().isLeader()).isFalse();
    awaitLeaderAfter(cluster, term, 5 * E_MILLIS);
    staysInOffice(cluster, leader(cluster).orElseThrow());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aChainOfThreeHasAStableLeader(long seed) {
    var cluster = healthy(seed, 3);
    long middle = 1 + seed % 3;
    long left = middle % 3 + 1;
    long right = left % 3 + 1;

    cutBothWays(cluster, left, right);

    cluster.run(5 * E_MILLIS);
    staysInOffice(cluster, leader(cluster).orElseThrow());
  }

  /** Five in the shape of a star: whoever leads, the middle or a ray it can reach, it lasts. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aBridgeBetweenTwoHalvesKeepsALeader(long seed) {
    var cluster = healthy(seed, 5);

    for (long left = 1; left <= 2; left++) {
      for (long right = 4; right <= 5; right++) {
        cutBothWays(cluster, left, right);
      }
    }

    cluster.run(5 * E_MILLIS);
    staysInOffice(cluster, leader(cluster).orElseThrow());
  }

  /**
   * Not promised: the only member that reaches a majority lacks committed entries. Nobody may lead,
   * and nothing is lost; as soon as another one reaches a majority too, it does.
   */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anOutdatedMemberInTheMiddleIsNotElected(long seed) {
    var cluster = healthy(seed, 5);
    var leader = leader(cluster).orElseThrow();
    var outdated = others(cluster, leader).getFirst();
    others(cluster, outdated).forEach(other -> cutBothWays(cluster, outdated.id(), other.id()));
    staysInOffice(cluster, leader);

    cluster.network().healAll();
    var rays = others(cluster, outdated);
    for (var one : rays) {
      rays.stream()
          .filter(other -> other.id() > one.id())
          .forEach(other -> cutBothWays(cluster, one.id(), other.id()));
    }
    // The one ray that leads still would bring the middle up to date: it goes.
    leader.crash();
    cluster.run(LONG_MILLIS);
    assertThat(leader(cluster)).as("%s", cluster.members()).isEmpty();

    cluster.network().healAll();
    awaitLeader(cluster, 5 * E_MILLIS);
  }

  /** Without the lesson the only one who can be elected would ask for an old term for ever. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("raft-9.6")
  void aRefusedPreVoteTeachesTheHigherTerm(long seed) {
    var cluster = healthy(seed, 3);
    var leader = leader(cluster).orElseThrow();
    var behind = others(cluster, leader).getFirst();
    var other = others(cluster, leader).getLast();
    others(cluster, behind).forEach(peer -> cutBothWays(cluster, behind.id(), peer.id()));
    for (int times = 0; times < 5; times++) {
      long term = behind.status().term();
      behind.offer(new Input.Receive(new Message.TimeoutNow(leader.id(), behind.id(), term)));
      cluster.run(3 * E_MILLIS);
    }
    assertThat(behind.status().term()).isGreaterThan(leader.status().term());

    leader.crash();
    cluster.network().healAll();

    long electedAfter = awaitLeaderAfter(cluster, behind.status().term() - 1, 10 * E_MILLIS);
    assertThat(electedAfter).isLessThanOrEqualTo(5 * E_MILLIS);
    assertThat(other.status().role()).isEqualTo(Role.LEADER);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void afterAllLinksHealThereIsOneLeaderWithinThreeElectionTimeouts(long seed) {
    var cluster = healthy(seed, 5);
    for (long one = 1; one <= 5; one++) {
      for (long other = one + 1; other <= 5; other++) {
        cutBothWays(cluster, one, other);
      }
    }
    cluster.run(LONG_MILLIS);
    assertThat(leader(cluster)).isEmpty();

    cluster.network().healAll();

    awaitLeader(cluster, 3 * E_MILLIS);
    staysInOffice(cluster, leader(cluster).orElseThrow());
  }
}
