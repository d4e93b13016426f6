package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.command;
import static dev.keelson.raft.ScriptedMember.proposal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.membership.Configuration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Handing leadership over (dissertation 3.10). */
@Tag("raft-3.10")
class TransferTest {
  private static final Message TIMEOUT_NOW = new Message.TimeoutNow(1, 2, 1);

  private final ScriptedMember leader = ScriptedMember.of(3).inOffice();

  private void transferTo(long target) {
    leader.step(new Input.TransferLeadership(target));
  }

  @Test
  void targetThatHoldsTheWholeLogIsToldToStandAtOnce() {
    transferTo(2);

    assertThat(leader.takeSent()).containsExactly(TIMEOUT_NOW);
  }

  @Test
  void targetThatLagsIsBroughtUpToDateFirst() {
    leader.step(proposal(7));
    leader.takeSent();

    transferTo(2);
    assertThat(leader.takeSent()).isEmpty();

    leader.acknowledge(2, 2);
    assertThat(leader.takeSent()).contains(TIMEOUT_NOW);
  }

  @Test
  void proposalsAreRefusedWhileLeadershipIsHandedOver() {
    transferTo(2);

    leader.step(proposal(7, 8));
    leader.receive(
        new Message.ForwardProposals(3, 1, 1, List.of(new Proposal(9, true, command(9)))));

    assertThat(leader.takeAnswers())
        .containsExactly(
            new Effect.RejectProposals(List.of(7L, 8L), ProposalRejection.TRANSFERRING));
    assertThat(leader.takeSent())
        .contains(
            new Message.ForwardRejected(1, 3, 1, List.of(9L), ProposalRejection.TRANSFERRING));
    assertThat(leader.log().lastIndex()).isEqualTo(1);
  }

  @Test
  void transferThatDoesNotSucceedWithinAnElectionTimeoutIsGivenUp() {
    transferTo(2);
    leader.receive(new Message.HeartbeatResponse(3, 1, 1, 0));

    leader.tick(ScriptedMember.ELECTION_TICKS);
    leader.step(proposal(7));

    assertThat(leader.takeAnswers()).isEmpty();
    assertThat(leader.log().lastIndex()).isEqualTo(2);
  }

  @Test
  void transferToAnybodyGoesToTheFurthestOfThoseThatAnswer() {
    var five = ScriptedMember.of(5).inOffice();
    five.step(proposal(7));
    five.acknowledge(4, 2);
    five.tick(ScriptedMember.ELECTION_TICKS);
    five.receive(new Message.HeartbeatResponse(3, 1, 1, 0));
    five.receive(new Message.HeartbeatResponse(5, 1, 1, 0));
    five.takeSent();

    five.step(new Input.TransferLeadership(Input.TransferLeadership.ANYBODY));
    assertThat(five.takeSent(Message.TimeoutNow.class)).as("3 lacks an entry").isEmpty();
    five.acknowledge(3, 2);

    assertThat(five.takeSent(Message.TimeoutNow.class))
        .containsExactly(new Message.TimeoutNow(1, 3, 1));
  }

  @Test
  void theOnlyVoterHandsOverToNobody() {
    var alone = ScriptedMember.of(1).inOffice();

    alone.step(new Input.TransferLeadership(Input.TransferLeadership.ANYBODY));
    alone.step(proposal(7));

    assertThat(alone.takeAnswers()).isEmpty();
  }

  @Test
  @Tag("TM-pause")
  void aLeaderThatWasAwayLeavesOfficeAtOnceAndItsReadsFail() {
    leader.step(new Input.ReadRequest(70));
    leader.takeSent();

    leader.step(new Input.StandDown());

    assertThat(leader.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(leader.status().hasLeader()).isFalse();
    assertThat(leader.takeSent()).containsExactly(TIMEOUT_NOW);
    assertThat(leader.takeAnswers())
        .containsExactly(new Effect.FailRead(70, Effect.ReadFailure.LEADER_CHANGED));
    leader.receive(new Message.HeartbeatResponse(2, 1, 1, 1));
    assertThat(leader.takeAnswers()).as("an answer from before").isEmpty();
  }

  @Test
  @Tag("TM-pause")
  void aFollowerThatWasAwayGoesOnFollowing() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    follower.takeSent();

    follower.step(new Input.StandDown());

    assertThat(follower.status().leaderId()).isEqualTo(2);
    assertThat(follower.takeSent()).isEmpty();
  }

  @Test
  void laterTransferTakesThePlaceOfTheFirst() {
    leader.step(proposal(7));
    transferTo(2);
    leader.takeSent();

    transferTo(3);
    leader.acknowledge(2, 2);
    assertThat(leader.takeSent(Message.TimeoutNow.class)).isEmpty();
    leader.acknowledge(3, 2);
    assertThat(leader.takeSent(Message.TimeoutNow.class))
        .containsExactly(new Message.TimeoutNow(1, 3, 1));
  }

  @Test
  void transferToOneselfToAStrangerOrToALearnerChangesNothing() {
    var configuration = new Configuration(List.of(1L, 2L), List.of(), List.of(3L));
    var member = ScriptedMember.of(1, configuration, HardState.INITIAL, List.of()).inOffice();

    for (long target : new long[] {1, 3, 9}) {
      member.step(new Input.TransferLeadership(target));
    }
    member.step(proposal(7));

    assertThat(member.takeAnswers()).isEmpty();
    assertThat(member.takeSent(Message.TimeoutNow.class)).isEmpty();
  }

  @Test
  void targetStandsAtOnceWithoutPreVoteAndSaysWhy() {
    var target = ScriptedMember.of(3);
    target.hearFrom(2, 1);
    target.persist();
    target.takeSent();

    target.receive(new Message.TimeoutNow(2, 1, 1));
    target.persist();

    assertThat(target.status().role()).isEqualTo(Role.CANDIDATE);
    assertThat(target.takeSent())
        .containsExactly(
            new Message.VoteRequest(1, 2, 2, false, LogPosition.ZERO, true),
            new Message.VoteRequest(1, 3, 2, false, LogPosition.ZERO, true));
  }

  @Test
  void oldLeaderGivesWayToTheElectionItAskedFor() {
    transferTo(2);
    leader.takeSent();

    leader.receive(new Message.VoteRequest(2, 1, 2, false, new LogPosition(1, 1), true));
    leader.persist();

    assertThat(leader.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(leader.takeSent()).containsExactly(new Message.VoteResponse(1, 2, 2, false, true));
  }

  @Test
  void whatComesTooLateForAnOldLeaderIsGivenBackUnlessItTookACopy() {
    var early = forwarded(3, 1, 9);
    leader.receive(early);
    leader.receive(new Message.VoteRequest(2, 1, 2, false, new LogPosition(1, 2), true));
    leader.persist();
    leader.takeSent();

    leader.receive(early);
    assertThat(leader.takeSent()).as("a copy of what it took").isEmpty();
    leader.receive(forwarded(3, 1, 10));
    assertThat(leader.takeSent())
        .containsExactly(
            new Message.ForwardRejected(1, 3, 2, List.of(10L), ProposalRejection.TRANSFERRING));
  }

  @Test
  void whatWasMeantForAnotherLeaderIsNotAnswered() {
    leader.receive(new Message.Heartbeat(2, 1, 3, 0, 0));
    leader.takeSent();

    leader.receive(forwarded(3, 2, 10));

    assertThat(leader.takeSent()).isEmpty();
  }

  private static Message.ForwardProposals forwarded(long from, long term, long id) {
    return new Message.ForwardProposals(
        from, 1, term, List.of(new Proposal(id, true, command(id))));
  }

  @Test
  void lateOrForeignRequestToStandIsIgnored() {
    var member = ScriptedMember.of(3);
    member.hearFrom(2, 5);

    member.receive(new Message.TimeoutNow(2, 1, 4));
    member.receive(new Message.TimeoutNow(3, 1, 5));

    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(member.status().term()).isEqualTo(5);
  }

  @Test
  void learnerToldToStandDoesNot() {
    var configuration = new Configuration(List.of(2L, 3L), List.of(), List.of(1L));
    var learner = ScriptedMember.of(1, configuration, HardState.INITIAL, List.of());

    learner.receive(new Message.TimeoutNow(2, 1, 1));

    assertThat(learner.status().role()).isEqualTo(Role.LEARNER);
  }
}
