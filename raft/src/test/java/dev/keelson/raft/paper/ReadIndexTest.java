package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.proposal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Effect.ReadFailure;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.ScriptedMember;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Linearizable reads without the log (dissertation 6.4; R16). */
@Tag("raft-6.4")
@Tag("R16")
class ReadIndexTest {

  private static void read(ScriptedMember member, long id) {
    member.step(new Input.ReadRequest(id));
  }

  private static void confirm(ScriptedMember leader, long from, long round) {
    leader.receive(new Message.HeartbeatResponse(from, 1, leader.status().term(), round));
  }

  private static long roundOf(ScriptedMember leader) {
    return leader.takeSent(Message.Heartbeat.class).getLast().readRound();
  }

  @Test
  void readIsServedAtTheCommitIndexOnceAQuorumHasConfirmedTheLeader() {
    var leader = ScriptedMember.of(5).inOffice();

    read(leader, 70);
    long round = roundOf(leader);
    confirm(leader, 2, round);
    assertThat(leader.takeAnswers()).isEmpty();
    confirm(leader, 3, round);

    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
  }

  @Test
  void readWaitsUntilTheLeaderHasCommittedInItsTerm() {
    var leader = ScriptedMember.of(3).elected();
    leader.takeSent();

    read(leader, 70);
    assertThat(leader.takeSent()).isEmpty();

    leader.acknowledge(2, 1);
    confirm(leader, 2, roundOf(leader));
    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
  }

  @Test
  void confirmationFromBeforeTheReadArrivedDoesNotCount() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.tick(1);
    long before = roundOf(leader);

    read(leader, 70);
    confirm(leader, 2, before);
    confirm(leader, 3, before);

    assertThat(leader.takeAnswers()).isEmpty();
  }

  @Test
  @Tag("etcd-20418")
  void lateConfirmationOfAnEarlierRoundConfirmsNoLaterOne() {
    var leader = ScriptedMember.of(3).inOffice();
    read(leader, 70);
    long first = roundOf(leader);
    confirm(leader, 2, first);
    leader.takeAnswers();

    read(leader, 71);
    confirm(leader, 3, first);
    assertThat(leader.takeAnswers()).isEmpty();

    confirm(leader, 3, roundOf(leader));
    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(71, 1));
  }

  @Test
  void readsThatArriveDuringARoundShareTheNext() {
    var leader = ScriptedMember.of(3).inOffice();
    read(leader, 70);
    long first = roundOf(leader);
    read(leader, 71);
    read(leader, 72);
    assertThat(leader.takeSent()).as("one round at a time").isEmpty();

    confirm(leader, 2, first);
    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
    long second = roundOf(leader);
    assertThat(second).isGreaterThan(first);
    confirm(leader, 2, second);
    assertThat(leader.takeAnswers())
        .containsExactly(new Effect.ServeRead(71, 1), new Effect.ServeRead(72, 1));
  }

  @Test
  void roundThatWasLostIsRepeatedByTheNextHeartbeat() {
    var leader = ScriptedMember.of(3).inOffice();
    read(leader, 70);
    long round = roundOf(leader);

    leader.tick(1);

    assertThat(roundOf(leader)).isEqualTo(round);
  }

  @Test
  void onlyVoterServesAtOnce() {
    var leader = ScriptedMember.of(1).inOffice();

    read(leader, 70);

    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
  }

  @Test
  void readsOfALeaderThatLosesItsOfficeFail() {
    var leader = ScriptedMember.of(3).inOffice();
    read(leader, 70);
    read(leader, 71);

    leader.hearFrom(2, 5);

    assertThat(leader.takeAnswers())
        .containsExactly(
            new Effect.FailRead(70, ReadFailure.LEADER_CHANGED),
            new Effect.FailRead(71, ReadFailure.LEADER_CHANGED));
  }

  @Test
  void followerAsksTheLeaderAndServesAtItsAnswer() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    follower.persist();
    follower.takeSent();

    read(follower, 70);
    var request = follower.takeSent(Message.ReadIndexRequest.class).getFirst();
    assertThat(request.to()).isEqualTo(2);
    var answer = new Message.ReadIndexResponse(2, 1, 1, request.readId(), 42);
    follower.receive(answer);
    follower.receive(answer);

    assertThat(follower.takeAnswers()).containsExactly(new Effect.ServeRead(70, 42));
  }

  @Test
  void leaderAnswersAFollowerAfterARound() {
    var leader = ScriptedMember.of(3).inOffice();

    leader.receive(new Message.ReadIndexRequest(3, 1, 1, 99));
    confirm(leader, 2, roundOf(leader));

    assertThat(leader.takeSent()).contains(new Message.ReadIndexResponse(1, 3, 1, 99, 1));
  }

  @Test
  void lostRequestIsSentAgainAndItsAnswerServesEarlierReadsToo() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    follower.persist();
    read(follower, 70);
    read(follower, 71);
    follower.takeSent();

    follower.tick(2);
    var again = follower.takeSent(Message.ReadIndexRequest.class);
    assertThat(again).hasSize(1);
    follower.receive(new Message.ReadIndexResponse(2, 1, 1, again.getFirst().readId(), 5));

    assertThat(follower.takeAnswers())
        .containsExactly(new Effect.ServeRead(70, 5), new Effect.ServeRead(71, 5));
  }

  @Test
  void answerToAnEarlierRequestDoesNotServeALaterRead() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    follower.persist();
    read(follower, 70);
    var first = follower.takeSent(Message.ReadIndexRequest.class).getFirst();
    read(follower, 71);

    follower.receive(new Message.ReadIndexResponse(2, 1, 1, first.readId(), 5));

    assertThat(follower.takeAnswers()).containsExactly(new Effect.ServeRead(70, 5));
  }

  @Test
  void readWithoutALeaderWaitsForOne() {
    var follower = ScriptedMember.of(3);
    read(follower, 70);
    assertThat(follower.takeSent()).isEmpty();

    follower.hearFrom(2, 1);
    follower.persist();

    assertThat(follower.takeSent(Message.ReadIndexRequest.class)).hasSize(1);
    assertThat(follower.takeAnswers()).isEmpty();
  }

  @Test
  void readThatAskedALeaderFailsWithIt() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    read(follower, 70);

    follower.hearFrom(3, 2);

    assertThat(follower.takeAnswers())
        .containsExactly(new Effect.FailRead(70, ReadFailure.LEADER_CHANGED));
  }

  @Test
  void readThatFindsNoLeaderForTenElectionTimeoutsFails() {
    var follower = ScriptedMember.of(3);
    read(follower, 70);

    follower.tick(10 * ScriptedMember.ELECTION_TICKS - 1);
    assertThat(follower.takeAnswers()).isEmpty();
    follower.tick(1);

    assertThat(follower.takeAnswers())
        .containsExactly(new Effect.FailRead(70, ReadFailure.LEADER_CHANGED));
  }

  @Test
  void readsThatWaitedForAnElectionAreServedByTheMemberThatWinsIt() {
    var member = ScriptedMember.of(3);
    read(member, 70);

    member.elected();
    member.acknowledge(2, 1);
    confirm(member, 2, roundOf(member));

    assertThat(member.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
  }

  @Test
  @Tag("MEM-bound")
  void readsBeyondTheBoundAreRefusedOnLeaderAndFollower() {
    var bounded = new RaftConfig(1, 10, 1, 1024, 8, 1024, 1024, 1024, 2);
    var follower = ScriptedMember.of(bounded, ScriptedMember.votersTo(3));
    var leader = ScriptedMember.of(bounded, ScriptedMember.votersTo(3)).inOffice();

    for (var member : new ScriptedMember[] {follower, leader}) {
      for (long id = 70; id < 73; id++) {
        read(member, id);
      }
      assertThat(member.takeAnswers())
          .containsExactly(new Effect.FailRead(72, ReadFailure.OVERLOADED));
    }
  }

  @Test
  @Tag("I17")
  void newLeaderDoesNotServeWhatItsPredecessorHadNotYetToldItIsCommitted() {
    var member = ScriptedMember.of(3);
    member.receive(
        new Message.AppendRequest(2, 1, 1, LogPosition.ZERO, ScriptedMember.entries(1, 1), 0));
    member.persist();
    member.elected();
    member.takeSent();

    read(member, 70);
    confirm(member, 3, 0);
    assertThat(member.takeAnswers()).isEmpty();

    member.acknowledge(3, 3);
    confirm(member, 3, roundOf(member));
    assertThat(member.takeAnswers()).containsExactly(new Effect.ServeRead(70, 3));
  }

  @Test
  void commitAfterTheRoundBeganDoesNotRaiseItsIndex() {
    var leader = ScriptedMember.of(3).inOffice();
    read(leader, 70);
    long round = roundOf(leader);
    leader.step(proposal(7));
    leader.persist();
    leader.acknowledge(2, 2);

    confirm(leader, 2, round);

    assertThat(leader.takeAnswers()).containsExactly(new Effect.ServeRead(70, 1));
  }
}
