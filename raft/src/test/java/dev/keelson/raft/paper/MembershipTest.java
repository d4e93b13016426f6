package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.entries;
import static dev.keelson.raft.ScriptedMember.proposal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Effect;
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
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Configurations in the log: joint quorums, learners, and truncation (dissertation 4). */
class MembershipTest {
  private static final Configuration THREE = ScriptedMember.votersTo(3);
  private static final Configuration JOINT =
      new Configuration(List.of(1L, 4L, 5L), List.of(1L, 2L, 3L), List.of());

  private static Entry change(long term, long index, Configuration configuration) {
    return new Entry(
        term, index, EntryType.CONFIGURATION, ConfigurationCodec.encode(configuration));
  }

  private static ScriptedMember leaderOf(Configuration configuration) {
    return ScriptedMember.of(1, configuration, HardState.INITIAL, List.of()).elected();
  }

  @Test
  @Tag("raft-4.1")
  void configurationIsInForceFromTheMomentItIsAppended() {
    var member = ScriptedMember.of(3);

    member.receive(
        new Message.AppendRequest(2, 1, 1, LogPosition.ZERO, List.of(change(1, 1, JOINT)), 0));

    assertThat(member.status().configuration()).isEqualTo(JOINT);
    assertThat(member.status().commitIndex()).isZero();
  }

  @Test
  @Tag("raft-4.1")
  void configurationThatIsCutOffGivesWayToTheOneBefore() {
    var member = ScriptedMember.of(3);
    member.receive(
        new Message.AppendRequest(2, 1, 1, LogPosition.ZERO, List.of(change(1, 1, JOINT)), 0));

    member.receive(new Message.AppendRequest(3, 1, 2, LogPosition.ZERO, entries(2), 0));

    assertThat(member.status().configuration()).isEqualTo(THREE);
  }

  @Test
  @Tag("raft-4.1")
  void configurationIsReadFromTheLogAtStart() {
    var member = ScriptedMember.of(1, THREE, new HardState(1, 0, 0), List.of(change(1, 1, JOINT)));

    assertThat(member.status().configuration()).isEqualTo(JOINT);
  }

  @Test
  @Tag("raft-4.3")
  void jointConfigurationElectsByBothMajorities() {
    var member = ScriptedMember.of(1, JOINT, HardState.INITIAL, List.of());
    member.tick(2);
    for (long voter : new long[] {2, 3, 4}) {
      member.receive(new Message.VoteResponse(voter, 1, 1, true, true));
    }
    member.persist();

    member.receive(new Message.VoteResponse(2, 1, 1, false, true));
    member.receive(new Message.VoteResponse(3, 1, 1, false, true));
    assertThat(member.status().role()).as("the old majority alone").isEqualTo(Role.CANDIDATE);

    member.receive(new Message.VoteResponse(4, 1, 1, false, true));
    assertThat(member.status().role()).isEqualTo(Role.LEADER);
  }

  @Test
  @Tag("raft-4.3")
  void jointConfigurationCommitsByBothMajorities() {
    var leader = leaderOf(JOINT);

    leader.acknowledge(4, 1);
    leader.acknowledge(5, 1);
    assertThat(leader.status().commitIndex()).as("the new majority alone").isZero();

    leader.acknowledge(2, 1);
    assertThat(leader.status().commitIndex()).isEqualTo(1);
  }

  @Test
  @Tag("raft-4.3")
  void jointConfigurationConfirmsReadsByBothMajorities() {
    var leader = leaderOf(JOINT);
    leader.acknowledgeAll();
    leader.takeSent();
    leader.step(new Input.ReadRequest(70));

    leader.receive(new Message.HeartbeatResponse(2, 1, 1, 1));
    leader.receive(new Message.HeartbeatResponse(3, 1, 1, 1));
    assertThat(leader.takeAnswers()).isEmpty();

    leader.receive(new Message.HeartbeatResponse(5, 1, 1, 1));
    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
  }

  @Test
  @Tag("raft-4.3")
  void leaderThatLosesOneOfTwoMajoritiesStepsDown() {
    var leader = leaderOf(JOINT);

    for (int tick = 0; tick < 2 * ScriptedMember.ELECTION_TICKS; tick++) {
      leader.tick(1);
      if (leader.status().isLeader()) {
        leader.receive(new Message.HeartbeatResponse(4, 1, 1, 0));
        leader.receive(new Message.HeartbeatResponse(5, 1, 1, 0));
      }
    }

    assertThat(leader.status().isLeader()).isFalse();
  }

  @Test
  @Tag("raft-4.2.1")
  void learnersAcknowledgementAndVoteCountForNothing() {
    var leader = leaderOf(new Configuration(List.of(1L, 2L), List.of(), List.of(3L, 4L)));
    leader.step(new Input.ReadRequest(70));

    leader.acknowledge(3, 1);
    leader.acknowledge(4, 1);

    assertThat(leader.status().commitIndex()).isZero();
  }

  @Test
  @Tag("raft-4.2.1")
  void learnerThatIsPromotedMayStandAndAVoterThatBecomesALearnerMayNot() {
    var learning = new Configuration(List.of(2L, 3L), List.of(), List.of(1L));
    var member = ScriptedMember.of(1, learning, HardState.INITIAL, List.of());
    member.tick(50);
    assertThat(member.status().role()).isEqualTo(Role.LEARNER);

    member.receive(
        new Message.AppendRequest(2, 1, 1, LogPosition.ZERO, List.of(change(1, 1, THREE)), 0));
    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);

    member.receive(
        new Message.AppendRequest(
            2, 1, 1, new LogPosition(1, 1), List.of(change(1, 2, learning)), 0));
    assertThat(member.status().role()).isEqualTo(Role.LEARNER);
    member.tick(50);
    assertThat(member.status().term()).isEqualTo(1);
  }

  @Test
  @Tag("raft-4.2.1")
  void learnerForgetsALeaderThatIsSilent() {
    var learning = new Configuration(List.of(2L, 3L), List.of(), List.of(1L));
    var member = ScriptedMember.of(1, learning, HardState.INITIAL, List.of());
    member.hearFrom(2, 1);
    member.tick(20);

    member.step(proposal(7));

    assertThat(member.takeAnswers())
        .containsExactly(
            new Effect.RejectProposals(List.of(7L), Effect.ProposalRejection.NO_LEADER));
  }

  @Test
  @Tag("raft-4.2.1")
  void learnerReadsThroughTheLeader() {
    var learning = new Configuration(List.of(2L, 3L), List.of(), List.of(1L));
    var member = ScriptedMember.of(1, learning, HardState.INITIAL, List.of());
    member.hearFrom(2, 1);
    member.persist();
    member.takeSent();

    member.step(new Input.ReadRequest(70));

    assertThat(member.takeSent(Message.ReadIndexRequest.class)).hasSize(1);
  }
}
