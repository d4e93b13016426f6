package dev.keelson.raft.paper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.raft.membership.MembershipChange;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a leader changes the members (Raft 6; dissertation 4). */
class ReconfigurationTest {
  private static final Bytes NOTE = Bytes.wrap(new byte[] {42});

  private static Configuration target(long version, List<Long> voters, List<Long> learners) {
    return new Configuration(version, voters, List.of(), learners, List.of());
  }

  private static void change(ScriptedMember member, Configuration target) {
    member.step(new Input.ChangeMembership(new MembershipChange(7, target, NOTE)));
  }

  private static Effect refused(ProposalRejection reason) {
    return new Effect.RejectProposals(List.of(7L), reason);
  }

  private static Configuration configuration(ScriptedMember member) {
    return member.status().configuration();
  }

  @Test
  @Tag("raft-4.3")
  void aChangeOfVotersGoesThroughJointConsensusAndLeavesItByItself() {
    var leader = ScriptedMember.of(3).inOffice();

    change(leader, target(1, List.of(1L, 2L), List.of()));
    assertThat(configuration(leader))
        .isEqualTo(
            new Configuration(1, List.of(1L, 2L), List.of(1L, 2L, 3L), List.of(), List.of()));

    leader.persist();
    leader.acknowledge(2, leader.status().lastIndex());
    assertThat(configuration(leader)).isEqualTo(target(2, List.of(1L, 2L), List.of()));
    assertThat(leader.status().commitIndex()).isEqualTo(leader.status().lastIndex() - 1);
  }

  @Test
  @Tag("raft-4.2.1")
  void aStrangerJoinsAsALearnerBeforeItCounts() {
    var leader = ScriptedMember.of(1).inOffice();

    change(leader, target(1, List.of(1L, 2L), List.of()));
    assertThat(configuration(leader))
        .isEqualTo(new Configuration(1, List.of(1L), List.of(), List.of(), List.of(2L)));

    leader.persist();
    assertThat(leader.status().commitIndex()).as("decided without the stranger").isEqualTo(2);
    assertThat(configuration(leader).isJoint()).as("and now it votes").isTrue();
  }

  @Test
  @Tag("raft-4.2.1")
  void aChangeOfLearnersAloneNeedsOneStep() {
    var leader = ScriptedMember.of(3).inOffice();

    change(leader, target(1, List.of(1L, 2L, 3L), List.of(4L)));

    assertThat(configuration(leader)).isEqualTo(target(1, List.of(1L, 2L, 3L), List.of(4L)));
    assertThat(configuration(leader).next()).isEmpty();
  }

  @Test
  void theNoteStandsInTheFirstEntryOfTheChangeOnly() {
    var leader = ScriptedMember.of(3).inOffice();
    change(leader, target(1, List.of(1L, 2L), List.of()));
    long first = leader.status().lastIndex();
    leader.persist();
    leader.acknowledge(2, first);

    var entries = leader.log().read(first, first + 2, Long.MAX_VALUE);

    assertThat(entries)
        .extracting(entry -> ConfigurationCodec.decodeWithNote(entry.payload()).note())
        .containsExactly(NOTE, Bytes.EMPTY);
  }

  @Test
  @Tag("MB-safe")
  void noChangeBeforeTheLeaderHasCommittedInItsTerm() {
    var leader = ScriptedMember.of(3).elected();

    change(leader, target(1, List.of(1L, 2L), List.of()));

    assertThat(leader.takeAnswers()).containsExactly(refused(ProposalRejection.CHANGE_UNDER_WAY));
  }

  @Test
  @Tag("MB-safe")
  void noChangeWhileAnotherIsUnderWay() {
    var leader = ScriptedMember.of(3).inOffice();
    change(leader, target(1, List.of(1L, 2L, 3L), List.of(4L)));

    change(leader, target(2, List.of(1L, 2L, 3L), List.of(4L, 5L)));
    assertThat(leader.takeAnswers()).containsExactly(refused(ProposalRejection.CHANGE_UNDER_WAY));

    leader.persist();
    leader.acknowledge(2, leader.status().lastIndex());
    change(leader, target(2, List.of(1L, 2L, 3L), List.of(4L, 5L)));
    assertThat(leader.takeAnswers()).isEmpty();
  }

  @Test
  void aChangeMadeFromAnotherConfigurationIsRefused() {
    var leader = ScriptedMember.of(3).inOffice();

    change(leader, target(2, List.of(1L, 2L, 3L), List.of(4L)));

    assertThat(leader.takeAnswers())
        .containsExactly(refused(ProposalRejection.CONFIGURATION_CHANGED));
  }

  @Test
  @Tag("MB10")
  void aLearnerThatIsFarBehindIsNotPromoted() {
    var learning = new Configuration(List.of(1L, 2L), List.of(), List.of(3L));
    var leader = ScriptedMember.of(1, learning, HardState.INITIAL, List.of()).elected();
    leader.acknowledge(2, leader.status().lastIndex());
    leader.takeAnswers();

    change(leader, target(1, List.of(1L, 2L, 3L), List.of()));
    assertThat(leader.takeAnswers()).containsExactly(refused(ProposalRejection.LEARNER_NOT_READY));

    leader.acknowledge(3, leader.status().lastIndex());
    change(leader, target(1, List.of(1L, 2L, 3L), List.of()));
    assertThat(configuration(leader).isJoint()).isTrue();
  }

  @Test
  @Tag("raft-4.2.2")
  void aLeaderThatIsRemovedLeadsUntilItsRemovalIsCommittedAndHandsOver() {
    var leader = ScriptedMember.of(3).inOffice();
    change(leader, target(1, List.of(2L, 3L), List.of()));
    leader.persist();
    leader.acknowledge(2, leader.status().lastIndex());
    leader.acknowledge(3, leader.status().lastIndex());
    leader.persist();
    assertThat(configuration(leader)).isEqualTo(target(2, List.of(2L, 3L), List.of()));
    leader.takeSent();

    leader.acknowledge(2, leader.status().lastIndex());
    assertThat(leader.status().role()).as("it does not count itself").isEqualTo(Role.LEADER);

    leader.acknowledge(3, leader.status().lastIndex());
    assertThat(leader.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(leader.takeSent(Message.TimeoutNow.class)).hasSize(1);
    leader.tick(100);
    assertThat(leader.status().role()).as("it never stands again").isEqualTo(Role.FOLLOWER);
  }

  /** Only it may hold the entry by which it leaves, and then no other can be elected. */
  @Test
  @Tag("raft-4.2.2")
  void aMemberThatLeavesStandsAsLongAsItsLeavingIsNotCommitted() {
    var joint = new Configuration(1, List.of(2L), List.of(1L, 2L), List.of(), List.of());
    var left = target(2, List.of(2L), List.of());
    var log =
        List.of(
            new Entry(1, 1, EntryType.CONFIGURATION, ConfigurationCodec.encode(joint)),
            new Entry(1, 2, EntryType.CONFIGURATION, ConfigurationCodec.encode(left)));
    var member =
        ScriptedMember.of(1, Configuration.ofVoters(Set.of(1L, 2L)), new HardState(1, 0, 1), log);

    member.tick(50);
    assertThat(member.status().role()).isEqualTo(Role.PRE_CANDIDATE);
    member.receive(new Message.VoteResponse(2, 1, 2, true, true));
    member.persist();
    member.receive(new Message.VoteResponse(2, 1, 2, false, true));
    assertThat(member.status().role()).isEqualTo(Role.LEADER);

    member.persist();
    member.acknowledge(2, 3);
    assertThat(member.status().commitIndex()).isEqualTo(3);
    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
    member.tick(50);
    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @Tag("raft-4.2.3")
  void aMemberThatWasRemovedCannotDisturbTheRest() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    follower.persist();
    follower.takeSent();

    follower.receive(new Message.VoteRequest(3, 1, 9, false, new LogPosition(1, 9), false));

    assertThat(follower.status().term()).isEqualTo(1);
    assertThat(follower.takeSent()).isEmpty();
  }

  @Test
  void aNewLeaderGoesOnWithTheChangeOfAnEarlierOne() {
    var joint = new Configuration(1, List.of(1L, 2L), List.of(1L, 2L, 3L), List.of(), List.of());
    var log = List.of(new Entry(1, 1, EntryType.CONFIGURATION, ConfigurationCodec.encode(joint)));
    var leader =
        ScriptedMember.of(1, ScriptedMember.votersTo(3), new HardState(1, 0, 0), log).elected();

    leader.acknowledge(2, leader.status().lastIndex());

    assertThat(configuration(leader)).isEqualTo(target(2, List.of(1L, 2L), List.of()));
  }

  @Test
  void aFollowerPassesAChangeOnAndTheLeaderAnswersARefusal() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    follower.persist();
    follower.takeSent();
    var change = new MembershipChange(7, target(1, List.of(1L, 2L), List.of()), NOTE);

    follower.step(new Input.ChangeMembership(change));

    var forwarded = new Message.ForwardChange(1, 2, 1, change);
    assertThat(follower.takeSent()).containsExactly(forwarded);
    var leader =
        ScriptedMember.of(2, ScriptedMember.votersTo(3), HardState.INITIAL, List.of()).elected();
    leader.takeSent();
    leader.receive(forwarded);
    leader.receive(forwarded);
    var answers = leader.takeSent(Message.ForwardRejected.class);
    assertThat(answers).as("one answer, though it came twice").hasSize(1);
    follower.receive(answers.getFirst());
    assertThat(follower.takeAnswers()).containsExactly(refused(ProposalRejection.CHANGE_UNDER_WAY));
  }

  @Test
  void aReadRoundEndsWhenThoseWhoConfirmedItBecomeAQuorum() {
    var leader = ScriptedMember.of(2).inOffice();
    change(leader, target(1, List.of(1L), List.of()));
    leader.persist();
    leader.step(new Input.ReadRequest(70));
    assertThat(leader.takeAnswers()).isEmpty();

    leader.acknowledge(2, leader.status().lastIndex());

    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
  }
}
