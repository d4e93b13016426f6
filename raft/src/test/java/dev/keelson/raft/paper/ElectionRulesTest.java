package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.entries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.HardState;
import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftNode;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.ScriptedRandom;
import dev.keelson.raft.SeededRandom;
import dev.keelson.raft.SnapshotDescriptor;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figure 2: RequestVote and the rules for candidates (Raft 5.2, 5.4.1). */
class ElectionRulesTest {
  private static Message.VoteRequest ask(long candidate, long term, LogPosition last) {
    return new Message.VoteRequest(candidate, 1, term, false, last, false);
  }

  private static Message.VoteResponse answer(long term, boolean granted) {
    return new Message.VoteResponse(1, 2, term, false, granted);
  }

  private static ScriptedMember candidate(int size) {
    var member = ScriptedMember.of(size);
    member.tick(2);
    for (long voter = 2; voter <= size; voter++) {
      member.receive(new Message.VoteResponse(voter, 1, 1, true, true));
    }
    return member;
  }

  @Test
  @Tag("raft-5.1")
  void voteForAnEarlierTermIsRefusedWithTheLaterTerm() {
    var member = ScriptedMember.of(3, new HardState(5, 0, 0), List.of());

    member.receive(ask(2, 4, LogPosition.ZERO));

    assertThat(member.takeSent()).containsExactly(answer(5, false));
  }

  @Test
  @Tag("raft-5.2")
  void firstCandidateOfATermGetsTheVoteAndNoOther() {
    var member = ScriptedMember.of(3);

    member.receive(ask(2, 1, LogPosition.ZERO));
    member.receive(ask(3, 1, LogPosition.ZERO));
    member.persist();

    assertThat(member.takeSent())
        .containsExactlyInAnyOrder(
            answer(1, true), new Message.VoteResponse(1, 3, 1, false, false));
  }

  @Test
  @Tag("raft-5.2")
  void candidateThatAsksTwiceGetsTheSameAnswer() {
    var member = ScriptedMember.of(3);
    member.receive(ask(2, 1, LogPosition.ZERO));
    member.persist();
    member.takeSent();

    member.receive(ask(2, 1, LogPosition.ZERO));

    assertThat(member.takeSent()).containsExactly(answer(1, true));
  }

  @Test
  @Tag("raft-5.2")
  void voteHoldsAcrossARestart() {
    var member = ScriptedMember.of(3);
    member.receive(ask(2, 1, LogPosition.ZERO));
    member.persist();
    var restarted = member.restarted();

    restarted.receive(ask(3, 1, LogPosition.ZERO));

    assertThat(restarted.takeSent())
        .containsExactly(new Message.VoteResponse(1, 3, 1, false, false));
  }

  @ParameterizedTest(name = "candidate ending at ({0}, {1}) against (2, 3): {2}")
  @CsvSource({
    "2, 3, true",
    "2, 4, true",
    "3, 1, true",
    "2, 2, false",
    "1, 9, false",
    "0, 0, false"
  })
  @Tag("raft-5.4.1")
  void voteGoesOnlyToALogAtLeastAsUpToDate(long term, long index, boolean granted) {
    var member = ScriptedMember.of(3, new HardState(3, 0, 0), entries(1, 2, 2));

    member.receive(ask(2, 4, new LogPosition(term, index)));
    member.persist();

    assertThat(member.takeSent()).containsExactly(answer(4, granted));
  }

  @Test
  @Tag("DU-vote")
  void grantedVoteLeavesOnlyOnceItIsDurable() {
    var member = ScriptedMember.of(3);

    member.receive(ask(2, 1, LogPosition.ZERO));
    assertThat(member.takeSent()).isEmpty();
    assertThat(member.held()).containsExactly(answer(1, true));

    member.persist();
    assertThat(member.takeSent()).containsExactly(answer(1, true));
    assertThat(member.durableHardState()).isEqualTo(new HardState(1, 2, 0));
  }

  @Test
  @Tag("DU-vote")
  void candidateAsksOnlyOnceItsOwnVoteIsDurable() {
    var member = candidate(3);
    member.takeSent();

    assertThat(member.held()).hasSize(2);
    member.persist();
    assertThat(member.takeSent())
        .containsExactly(
            new Message.VoteRequest(1, 2, 1, false, LogPosition.ZERO, false),
            new Message.VoteRequest(1, 3, 1, false, LogPosition.ZERO, false));
  }

  @Test
  @Tag("DU-vote")
  void candidatesOwnVoteCountsOnlyOnceItIsDurable() {
    var member = candidate(3);

    member.receive(new Message.VoteResponse(2, 1, 1, false, true));
    assertThat(member.status().role()).isEqualTo(Role.CANDIDATE);

    member.persistOne();
    assertThat(member.status().role()).isEqualTo(Role.LEADER);
  }

  @Test
  @Tag("raft-5.2")
  void followerWithoutALeaderStandsInTheNextTermAndVotesForItself() {
    var member = candidate(3);
    member.persist();

    assertThat(member.status().role()).isEqualTo(Role.CANDIDATE);
    assertThat(member.durableHardState()).isEqualTo(new HardState(1, 1, 0));
  }

  @Test
  @Tag("raft-5.2")
  void leaderThatIsHeardKeepsAFollowerFromStanding() {
    var member = ScriptedMember.of(3);

    for (int i = 0; i < 50; i++) {
      member.hearFrom(2, 1);
      member.tick(9);
    }

    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
  }

  @ParameterizedTest(name = "{1} of {0} votes: {2}")
  @CsvSource({
    "3, 1, LEADER",
    "3, 0, CANDIDATE",
    "5, 2, LEADER",
    "5, 1, CANDIDATE",
    "4, 1, CANDIDATE",
    "4, 2, LEADER"
  })
  @Tag("raft-5.2")
  void majorityOfVotesMakesALeader(int size, int votes, Role role) {
    var member = candidate(size);
    member.persist();

    for (long voter = 2; voter < 2 + votes; voter++) {
      member.receive(new Message.VoteResponse(voter, 1, 1, false, true));
    }

    assertThat(member.status().role()).isEqualTo(role);
  }

  @Test
  @Tag("raft-5.2")
  void oneVoterCountsOnceHoweverOftenItAnswers() {
    var member = candidate(5);
    member.persist();

    for (int i = 0; i < 5; i++) {
      member.receive(new Message.VoteResponse(2, 1, 1, false, true));
    }

    assertThat(member.status().role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @Tag("raft-5.2")
  void strangersVoteDoesNotCount() {
    var member = candidate(3);
    member.persist();

    member.receive(new Message.VoteResponse(9, 1, 1, false, true));

    assertThat(member.status().role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @Tag("raft-5.2")
  void candidateFollowsALeaderOfItsTermAndIgnoresOneOfAnEarlierTerm() {
    var member = candidate(3);
    member.persist();

    member.hearFrom(2, 0);
    assertThat(member.status().role()).isEqualTo(Role.CANDIDATE);
    member.hearFrom(2, 1);
    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(member.status().leaderId()).isEqualTo(2);
  }

  @Test
  @Tag("raft-5.2")
  void candidateThatNobodyElectsTriesAgain() {
    var member = candidate(3);
    member.persist();
    member.takeSent();

    member.tick(2);

    assertThat(member.takeSent(Message.VoteRequest.class))
        .isNotEmpty()
        .allMatch(request -> request.preVote() && request.term() == 2);
  }

  @Test
  @Tag("raft-5.2")
  void majorityOfRefusalsEndsTheCandidacy() {
    var member = candidate(3);
    member.persist();

    member.receive(new Message.VoteResponse(2, 1, 1, false, false));
    member.receive(new Message.VoteResponse(3, 1, 1, false, false));

    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(member.status().term()).isEqualTo(1);
  }

  @Test
  @Tag("raft-5.2")
  void waitIsDrawnFromOneToTwoElectionTimeoutsOnceALeaderWasSeen() {
    var waits = new TreeSet<Integer>();
    for (int drawn = 0; drawn < ScriptedMember.ELECTION_TICKS; drawn++) {
      waits.add(ticksUntilItStands(drawn, true));
    }

    assertThat(waits).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
  }

  @Test
  @Tag("raft-5.2")
  void memberThatHasSeenNoLeaderSinceItsStartStandsMuchSooner() {
    var waits = new TreeSet<Integer>();
    for (int drawn = 0; drawn < ScriptedMember.ELECTION_TICKS; drawn++) {
      waits.add(ticksUntilItStands(drawn, false));
    }

    assertThat(waits).containsExactly(2, 3, 4, 5);
  }

  private static int ticksUntilItStands(int drawn, boolean leaderSeen) {
    var node =
        RaftNode.restore(
            RaftConfig.defaults(1, ScriptedMember.ELECTION_TICKS, 1),
            new RestoredState(
                HardState.INITIAL,
                new SnapshotDescriptor(LogPosition.ZERO, ScriptedMember.votersTo(3)),
                0),
            new InMemoryLog(),
            new ScriptedRandom(drawn));
    if (leaderSeen) {
      node.step(new Input.Receive(new Message.Heartbeat(2, 1, 1, 0, 0)));
    }
    int ticks = 0;
    while (node.status().role() == Role.FOLLOWER) {
      node.step(new Input.Tick());
      ticks++;
    }
    return ticks;
  }

  @Test
  @Tag("raft-5.2")
  void waitIsDrawnAnewForEveryAttempt() {
    var node =
        RaftNode.restore(
            RaftConfig.defaults(1, 100, 1),
            new RestoredState(
                HardState.INITIAL,
                new SnapshotDescriptor(LogPosition.ZERO, ScriptedMember.votersTo(3)),
                0),
            new InMemoryLog(),
            new SeededRandom(7));
    node.step(new Input.Receive(new Message.Heartbeat(2, 1, 1, 0, 0)));
    var waits = new TreeSet<Integer>();
    int ticks = 0;
    for (int i = 0; i < 3_000; i++) {
      ticks++;
      if (!node.step(new Input.Tick()).effects().isEmpty()) {
        waits.add(ticks);
        ticks = 0;
      }
    }

    assertThat(waits).hasSizeGreaterThan(5).allMatch(wait -> wait >= 100 && wait < 200);
  }
}
