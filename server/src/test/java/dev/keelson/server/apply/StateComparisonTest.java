package dev.keelson.server.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.command.StateClaim;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.storage.mvcc.StateHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Members that share a log of claims, and stop when a claim condemns them. */
@Tag("DV-hash")
final class StateComparisonTest {
  private static final StateHash RIGHT = new StateHash(1, 0, 42);
  private static final StateHash WRONG = new StateHash(1, 0, 43);

  private final ArrayDeque<StateClaim> log = new ArrayDeque<>();
  private final List<TestMember> members = new ArrayList<>();
  private final TreeSet<Long> stopped = new TreeSet<>();
  private final TreeSet<Long> undecided = new TreeSet<>();
  private int claims;

  private final class TestMember implements StateComparison.Voice {
    final long id;
    final StateComparison comparison;

    TestMember(long id, MemberTable table) {
      this.id = id;
      this.comparison = new StateComparison(id, () -> table, this);
    }

    @Override
    public boolean leads() {
      return id == 1;
    }

    @Override
    public void claim(StateClaim claim, boolean asLeader) {
      assertThat(claim.getMemberId()).isEqualTo(id);
      claims++;
      log.add(claim);
    }

    @Override
    public void undecided(long index) {
      undecided.add(id);
    }

    @Override
    public void condemned(String reason) {
      assertThat(reason).contains(Long.toHexString(RIGHT.value()));
      stopped.add(id);
    }
  }

  private void members(int voters, int learners) {
    var all =
        LongStream.rangeClosed(1, voters + learners)
            .mapToObj(id -> new Member(id, "", List.of("http://m" + id), List.of(), id > voters))
            .toList();
    var table = new MemberTable(7, all);
    all.forEach(member -> members.add(new TestMember(member.id(), table)));
  }

  private void taken(long index, StateHash... hashes) {
    for (int i = 0; i < hashes.length; i++) {
      members.get(i).comparison.taken(index, Optional.of(hashes[i]));
    }
  }

  /** Everybody who runs applies the log. */
  private void run() {
    for (var claim = log.poll(); claim != null; claim = log.poll()) {
      for (var member : members) {
        if (!stopped.contains(member.id)) {
          try {
            member.comparison.claimed(claim);
          } catch (DivergedException e) {
            assertThat(stopped).contains(member.id);
          }
        }
      }
    }
  }

  @Test
  void membersThatAgreeHearTheLeaderAlone() {
    members(5, 1);
    taken(1_000, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT);
    run();

    assertThat(claims).isEqualTo(1);
    assertThat(stopped).isEmpty();
  }

  @Test
  void aFollowerThatIsAloneStops() {
    members(3, 0);
    taken(1_000, RIGHT, RIGHT, WRONG);
    run();

    assertThat(stopped).containsExactly(3L);
    assertThat(undecided).isEmpty();
  }

  @Test
  void aLeaderThatIsAloneStopsAndNobodyElse() {
    members(3, 0);
    taken(1_000, WRONG, RIGHT, RIGHT);
    run();

    assertThat(stopped).containsExactly(1L);
  }

  @Test
  void twoOfFiveStop() {
    members(5, 0);
    taken(1_000, WRONG, RIGHT, RIGHT, new StateHash(1, 0, 44), RIGHT);
    run();

    assertThat(stopped).containsExactly(1L, 4L);
  }

  @Test
  void aLearnerStopsButHasNoVote() {
    members(2, 1);
    taken(1_000, RIGHT, RIGHT, WRONG);
    run();
    assertThat(stopped).containsExactly(3L);

    stopped.clear();
    taken(2_000, RIGHT, WRONG, WRONG);
    run();
    assertThat(stopped).isEmpty();
    assertThat(undecided).containsExactly(1L, 2L, 3L);
  }

  @Test
  void twoVotersThatDifferAskTheOperator() {
    members(2, 0);
    taken(1_000, RIGHT, WRONG);
    run();

    assertThat(stopped).isEmpty();
    assertThat(undecided).containsExactly(1L, 2L);
  }

  @Test
  void theVoteWaitsForAVoterThatIsAway() {
    members(3, 0);
    taken(1_000, WRONG, RIGHT);
    var missed = List.copyOf(log);
    run();
    assertThat(stopped).isEmpty();
    assertThat(undecided).isEmpty();

    var late = members.get(2).comparison;
    late.taken(1_000, Optional.of(RIGHT));
    missed.forEach(late::claimed);
    run();
    assertThat(stopped).containsExactly(1L);
  }

  @Test
  void lateDoubledAndUnknownClaimsDoNoHarm() {
    members(3, 0);
    taken(1_000, RIGHT, RIGHT, RIGHT);
    var claim = log.getFirst();
    log.add(claim);
    log.add(claim.toBuilder().setIndex(2_000).setHash(5).build());
    log.add(claim.toBuilder().setMemberId(99).setHash(5).build());
    for (long index = 2_000; index < 20_000; index += 1_000) {
      taken(index, RIGHT, RIGHT, RIGHT);
    }
    log.add(claim.toBuilder().setMemberId(2).setHash(5).build());
    run();

    assertThat(stopped).isEmpty();
    assertThat(undecided).isEmpty();
  }

  @Test
  void statesThatCannotBeComparedAreNot() {
    members(3, 0);
    taken(1_000, RIGHT, new StateHash(2, 0, 5), new StateHash(1, 500, 5));
    members.get(2).comparison.taken(2_000, Optional.empty());
    run();

    assertThat(claims).isEqualTo(1);
    assertThat(stopped).isEmpty();
  }

  /** In the middle of an upgrade: a hash that is made in another way is nobody's vote. */
  @Test
  @Tag("UP-mixed")
  void membersOfAnotherVersionNeitherStopNorJudge() {
    var older = new StateHash(0, 0, 42);
    members(5, 0);
    taken(1_000, RIGHT, RIGHT, RIGHT, older, older);
    run();
    taken(2_000, older, RIGHT, RIGHT, older, older); // led by one of them
    run();
    taken(3_000, RIGHT, RIGHT, WRONG, older, older); // two against one are no majority of five
    run();

    assertThat(stopped).isEmpty();
    assertThat(undecided).isEmpty();
    taken(4_000, RIGHT, RIGHT, WRONG, RIGHT, older); // three are
    run();
    assertThat(stopped).containsExactly(3L);
  }

  @Test
  void whatWasComparedIsTold() {
    members(3, 0);
    taken(1_000, RIGHT, RIGHT, RIGHT);
    run();
    var measures = members.get(1).comparison.measures();
    assertThat(measures.agreedIndex()).isEqualTo(1_000);
    assertThat(measures.different()).isZero();

    taken(2_000, RIGHT, RIGHT, WRONG);
    run();

    assertThat(measures.agreedIndex()).isEqualTo(2_000);
    assertThat(measures.different()).isEqualTo(1);
  }

  @Test
  void aSnapshotMakesAMemberForgetWhatItWas() {
    members(3, 0);
    taken(1_000, RIGHT, RIGHT, WRONG);
    members.get(2).comparison.replaced();
    run();

    assertThat(stopped).isEmpty();
  }

  @Test
  void theReasonNamesBothHashes() {
    members(3, 0);
    var third = members.get(2).comparison;
    third.taken(1_000, Optional.of(WRONG));
    var claim =
        StateClaim.newBuilder().setMemberId(1).setIndex(1_000).setVersion(1).setHash(42).build();
    third.claimed(claim);

    assertThatThrownBy(() -> third.claimed(claim.toBuilder().setMemberId(2).build()))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("member 3 at index 1000 has the hash 2b, that of the majority 2a");
  }
}
