package dev.keelson.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.status.EtcdError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Member 1 is asked; the others are connected to it, or not. */
class ReconfigurationRulesTest {

  private static MemberTable started(int voters) {
    var members = new ArrayList<Member>();
    for (long id = 1; id <= voters; id++) {
      members.add(member(id, "m" + id, false));
    }
    return new MemberTable(7, members);
  }

  private static Member member(long id, String name, boolean learner) {
    return new Member(id, name, List.of("http://127.0.0.1:" + (2000 + id)), List.of(), learner);
  }

  private static ReconfigurationRules connectedTo(Long... peers) {
    var connected = Set.of(peers);
    return new ReconfigurationRules(1, true, 1, (peer, atLeast) -> connected.contains(peer));
  }

  @Test
  @Tag("MB8")
  void anAdditionNeedsAConnectedMajorityOfThoseWhoWillVote() {
    assertThat(connectedTo(2L, 3L).refuseAdd(started(3), false)).isEmpty();
    assertThat(connectedTo(2L).refuseAdd(started(3), false)).contains(EtcdError.UNHEALTHY);
    assertThat(connectedTo(2L).refuseAdd(started(3), true)).contains(EtcdError.UNHEALTHY);
    assertThat(connectedTo(2L, 3L).refuseAdd(started(4), false)).isEmpty();
    assertThat(connectedTo(2L, 3L, 4L).refuseAdd(started(5), false)).isEmpty();
    assertThat(connectedTo(2L, 3L).refuseAdd(started(5), false)).contains(EtcdError.UNHEALTHY);
  }

  @Test
  @Tag("MB6")
  void aSingleMemberMayAlwaysTakeAnotherButNotTwoBeforeOneHasStarted() {
    assertThat(connectedTo().refuseAdd(started(1), false)).isEmpty();

    var two = started(1).with(member(2, "", false));

    assertThat(connectedTo().refuseAdd(two, false)).contains(EtcdError.MEMBER_NOT_ENOUGH_STARTED);
    assertThat(connectedTo(2L).refuseAdd(two, true)).isEmpty();
  }

  @Test
  @Tag("MB8")
  void theDeadMayGoAndTheLivingOnlyIfEnoughAreLeft() {
    assertThat(connectedTo(2L).refuseRemove(started(3), 3)).isEmpty();
    assertThat(connectedTo(2L).refuseRemove(started(3), 2)).contains(EtcdError.UNHEALTHY);
    assertThat(connectedTo(2L, 3L).refuseRemove(started(3), 2)).isEmpty();
    assertThat(connectedTo(2L, 3L).refuseRemove(started(3), 1)).isEmpty();
    assertThat(connectedTo().refuseRemove(started(1), 1))
        .contains(EtcdError.MEMBER_NOT_ENOUGH_STARTED);
  }

  @Test
  @Tag("MB24")
  void aLearnerMayAlwaysGo() {
    var table = started(3).with(member(4, "", true));

    assertThat(connectedTo().refuseRemove(table, 4)).isEmpty();
  }

  @Test
  void aPromotionNeedsEnoughStartedVoters() {
    var table = started(1).with(member(2, "", false));

    assertThat(connectedTo().refusePromote(table)).isEmpty();
    assertThat(connectedTo().refusePromote(table.with(member(3, "", false))))
        .contains(EtcdError.MEMBER_NOT_ENOUGH_STARTED);
  }

  @Test
  void withoutTheStrictCheckNothingIsRefused() {
    var lax = new ReconfigurationRules(1, false, 1, (_, _) -> false);

    assertThat(lax.refuseAdd(started(3), false)).isEqualTo(Optional.empty());
    assertThat(lax.refuseRemove(started(1), 1)).isEmpty();
  }

  @Test
  @Tag("MB7")
  void anAdditionIsJudgedByTheTableInEtcdsOrder() {
    var rules = connectedTo(2L, 3L);
    var table = started(3).without(3).with(member(4, "", true));

    assertThat(plan(new Member(3, "", List.of("http://h:9"), List.of(), false), table, rules))
        .isEqualTo(new MemberPlan.Refuse(EtcdError.MEMBER_NOT_FOUND));
    assertThat(plan(member(2, "", false), table, rules))
        .isEqualTo(new MemberPlan.Refuse(EtcdError.MEMBER_EXIST));
    assertThat(
            plan(new Member(9, "", member(4, "", true).peerUrls(), List.of(), false), table, rules))
        .isEqualTo(new MemberPlan.Refuse(EtcdError.PEER_URL_EXIST));
    assertThat(plan(member(9, "", true), table, rules))
        .isEqualTo(new MemberPlan.Refuse(EtcdError.TOO_MANY_LEARNERS));
    assertThat(plan(member(9, "", false), table, rules)).isInstanceOf(MemberPlan.Propose.class);
  }

  private static MemberPlan plan(Member added, MemberTable table, ReconfigurationRules rules) {
    return new MemberPlan.Add(added).on(table, rules, false);
  }

  /** The answer to the first attempt was lost; the change was not. */
  @Test
  void aSecondAttemptFindsWhatTheFirstHasDone() {
    var rules = connectedTo(2L, 3L);

    assertThat(new MemberPlan.Add(member(2, "", false)).on(started(3), rules, true))
        .isInstanceOf(MemberPlan.Done.class);
    assertThat(new MemberPlan.Remove(3).on(started(3).without(3), rules, true))
        .isInstanceOf(MemberPlan.Done.class);
    assertThat(new MemberPlan.Promote(3).on(started(3), rules, true))
        .isInstanceOf(MemberPlan.Done.class);
    assertThat(new MemberPlan.Remove(3).on(started(3).without(3), rules, false))
        .isEqualTo(new MemberPlan.Refuse(EtcdError.MEMBER_NOT_FOUND));
  }

  @Test
  @Tag("MB1")
  void theIdOfAnAddedMemberIsEtcds() {
    assertThat(ClusterBirth.memberId(List.of("http://127.0.0.1:29998"), "1795197600"))
        .isEqualTo(36671627674887534L);
  }
}
