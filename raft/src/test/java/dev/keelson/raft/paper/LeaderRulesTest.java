package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.entries;
import static dev.keelson.raft.ScriptedMember.entriesAfter;
import static dev.keelson.raft.ScriptedMember.proposal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figure 2: the rules for leaders (Raft 5.3, 5.4.2, 8). */
class LeaderRulesTest {

  @Test
  @Tag("raft-8")
  void newLeaderAppendsAnEmptyEntryAndSendsItToAll() {
    var leader = ScriptedMember.of(3, new HardState(3, 0, 0), entries(1, 3)).elected();

    assertThat(leader.terms()).containsExactly(1L, 3L, 4L);
    assertThat(leader.log().at(3).type()).isEqualTo(EntryType.NO_OP);
    assertThat(leader.takeSent(Message.AppendRequest.class))
        .extracting(Message.AppendRequest::to, Message.AppendRequest::previous)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(2L, new LogPosition(3, 2)),
            org.assertj.core.groups.Tuple.tuple(3L, new LogPosition(3, 2)));
  }

  @Test
  @Tag("raft-5.2")
  void idleLeaderSendsHeartbeats() {
    var leader = ScriptedMember.of(3).inOffice();

    leader.tick(1);

    assertThat(leader.takeSent())
        .containsExactly(
            new Message.Heartbeat(1, 2, 1, 1, 0), new Message.Heartbeat(1, 3, 1, 1, 0));
  }

  @Test
  @Tag("raft-5.3")
  void commandsOfOneProposalMakeOneAppendAndOneRequestPerFollowerBeforeTheDisk() {
    var leader = ScriptedMember.of(3).inOffice();

    var effects = leader.step(proposal(7, 8));

    assertThat(effects).hasSize(3);
    assertThat(effects.get(0))
        .isInstanceOfSatisfying(
            Effect.Append.class,
            append ->
                assertThat(append.entries()).extracting(Entry::index).containsExactly(2L, 3L));
    assertThat(effects.subList(1, 3))
        .allSatisfy(
            effect ->
                assertThat(effect)
                    .isInstanceOfSatisfying(
                        Effect.Send.class,
                        send ->
                            assertThat(((Message.AppendRequest) send.message()).entries())
                                .hasSize(2)));
  }

  @Test
  @Tag("DU-ack")
  void leaderCountsItselfOnlyOnceItsOwnDiskHasTheEntry() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.step(proposal(7));

    leader.acknowledge(2, 2);
    assertThat(leader.status().commitIndex()).isEqualTo(1);

    leader.persist();
    assertThat(leader.status().commitIndex()).isEqualTo(2);
  }

  @Test
  @Tag("DU-ack")
  void majorityOfFollowersCommitsWithoutTheLeadersDisk() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.takeHanded();
    leader.step(proposal(7));

    leader.acknowledge(2, 2);
    leader.acknowledge(3, 2);

    assertThat(leader.status().commitIndex()).isEqualTo(2);
    assertThat(leader.takeHanded()).as("applied before it is durable here").isEmpty();
  }

  @ParameterizedTest(name = "{0} members, {1} acknowledge: commit {2}")
  @CsvSource({
    "1, 0, 2", "2, 0, 1", "2, 1, 2", "3, 1, 2", "4, 1, 1", "4, 2, 2", "5, 1, 1", "5, 2, 2"
  })
  @Tag("raft-5.3")
  void entryIsCommittedOnceAMajorityHoldsIt(int size, int acknowledge, long commit) {
    var leader = ScriptedMember.of(size).inOffice();
    leader.step(proposal(7));
    leader.persist();

    for (long peer = 2; peer < 2 + acknowledge; peer++) {
      leader.acknowledge(peer, 2);
    }

    assertThat(leader.status().commitIndex()).isEqualTo(commit);
  }

  @Test
  @Tag("raft-5.4.2")
  void entryOfAnEarlierTermIsNotCommittedByCounting() {
    var leader = ScriptedMember.of(3, new HardState(2, 0, 0), entries(1, 2)).elected();

    leader.acknowledge(2, 2);
    leader.acknowledge(3, 2);
    assertThat(leader.status().commitIndex()).isZero();

    leader.acknowledge(2, 3);
    assertThat(leader.status().commitIndex()).isEqualTo(3);
  }

  @Test
  @Tag("raft-5.3")
  void committedIndexIsToldToFollowersAtOnce() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.step(proposal(7));
    leader.persist();
    leader.takeSent();

    leader.acknowledge(2, 2);

    assertThat(leader.takeSent(Message.AppendRequest.class))
        .hasSize(2)
        .allMatch(request -> request.commit() == 2);
  }

  @Test
  @Tag("raft-5.3")
  void heartbeatNamesNoCommitBeyondWhatTheFollowerHolds() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.step(proposal(7));
    leader.persist();
    leader.acknowledge(2, 2);
    leader.takeSent();

    leader.tick(1);

    assertThat(leader.takeSent(Message.Heartbeat.class))
        .extracting(Message.Heartbeat::commit)
        .containsExactly(2L, 1L);
  }

  @Test
  @Tag("raft-5.3")
  void rejectedAppendIsTriedAgainFromWhereTheLogsMayAgree() {
    var leader = ScriptedMember.of(3, new HardState(3, 0, 0), entries(1, 1, 2, 3)).elected();
    leader.takeSent();

    leader.receive(new Message.AppendRejected(2, 1, 4, 4, new LogPosition(1, 3)));

    var again = leader.takeSent(Message.AppendRequest.class);
    assertThat(again).hasSize(1);
    assertThat(again.getFirst().previous()).isEqualTo(new LogPosition(1, 2));
    assertThat(again.getFirst().entries()).extracting(Entry::term).containsExactly(2L, 3L, 4L);
  }

  @Test
  @Tag("raft-5.3")
  void lateRejectionIsIgnored() {
    var leader = ScriptedMember.of(3).inOffice();

    leader.receive(new Message.AppendRejected(2, 1, 1, 0, LogPosition.ZERO));

    assertThat(leader.takeSent()).isEmpty();
    assertThat(leader.progress().getFirst().nextIndex()).isEqualTo(2);
  }

  @Test
  @Tag("raft-5.3")
  void heartbeatAnswerMovesNoMatchIndex() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.step(proposal(7));
    leader.persist();

    leader.receive(new Message.HeartbeatResponse(2, 1, 1, 0));

    assertThat(leader.status().commitIndex()).isEqualTo(1);
  }

  @Test
  @Tag("raft-5.3")
  void leaderNeverReplacesItsOwnEntries() {
    var leader = ScriptedMember.of(3, new HardState(2, 0, 0), entries(1, 2)).elected();
    leader.step(proposal(7, 8));

    assertThat(leader.terms()).containsExactly(1L, 2L, 3L, 3L, 3L);
  }

  @Test
  @Tag("raft-6.2")
  void leaderThatHearsFromNoQuorumForAnElectionTimeoutStepsDown() {
    var leader = ScriptedMember.of(3).inOffice();

    leader.tick(2 * ScriptedMember.ELECTION_TICKS);

    assertThat(leader.status().role()).isNotEqualTo(Role.LEADER);
    assertThat(leader.status().leaderId()).isZero();
    assertThat(leader.status().term()).isEqualTo(1);
  }

  @Test
  @Tag("raft-6.2")
  void leaderThatHearsFromAQuorumStays() {
    var leader = ScriptedMember.of(3).inOffice();

    for (int i = 0; i < 50; i++) {
      leader.tick(3);
      leader.receive(new Message.HeartbeatResponse(3, 1, 1, 0));
    }

    assertThat(leader.status().isLeader()).isTrue();
  }

  /** Figure 7: whatever a follower's log looks like, it becomes the leader's, within O(terms). */
  @ParameterizedTest(name = "follower {0}")
  @CsvSource({
    "a, 1 1 1 4 4 5 5 6 6",
    "b, 1 1 1 4",
    "c, 1 1 1 4 4 5 5 6 6 6 6",
    "d, 1 1 1 4 4 5 5 6 6 6 7 7",
    "e, 1 1 1 4 4 4 4",
    "f, 1 1 1 2 2 2 3 3 3 3 3"
  })
  @Tag("raft-5.3")
  void followersOfFigureSevenConverge(String name, String terms) {
    long[] held = java.util.Arrays.stream(terms.split(" ")).mapToLong(Long::parseLong).toArray();
    var leader =
        ScriptedMember.of(3, new HardState(7, 0, 0), entries(1, 1, 1, 4, 4, 5, 5, 6, 6, 6))
            .elected();
    var follower =
        ScriptedMember.of(2, ScriptedMember.votersTo(3), new HardState(7, 0, 0), entries(held));

    int roundTrips = 0;
    var toFollower = leader.takeSent(Message.AppendRequest.class);
    while (!follower.terms().equals(leader.terms())) {
      toFollower.stream().filter(request -> request.to() == 2).forEach(follower::receive);
      follower.persist();
      follower.takeSent().forEach(leader::receive);
      toFollower = leader.takeSent(Message.AppendRequest.class);
      assertThat(++roundTrips).as(name).isLessThanOrEqualTo(3);
    }
  }

  /** Figure 8, (d) and (e): what a majority holds may still be overwritten if its term is old. */
  @Test
  @Tag("raft-5.4.2")
  void figureEightLeaderOfTermFourDoesNotCommitTheEntryOfTermTwo() {
    var leader = ScriptedMember.of(5, new HardState(3, 0, 0), entries(1, 2)).elected();
    leader.acknowledge(2, 2);
    leader.acknowledge(3, 2);
    assertThat(leader.status().commitIndex())
        .as("(c): on three of five, and not committed")
        .isZero();

    // (d): the member that led term 3 comes back with its own entry, and may overwrite ours.
    leader.receive(
        new Message.AppendRequest(5, 1, 5, new LogPosition(1, 1), entriesAfter(1, 3), 0));
    assertThat(leader.terms()).containsExactly(1L, 3L);
  }

  @Test
  @Tag("raft-5.3")
  void lostAppendIsFoundMissingWhenTheFollowerAnswersAHeartbeatMuchLater() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.step(proposal(7));
    leader.takeSent();

    leader.tick(1);
    leader.receive(new Message.HeartbeatResponse(2, 1, 1, 0));

    assertThat(leader.takeSent(Message.AppendRequest.class))
        .containsExactly(new Message.AppendRequest(1, 2, 1, new LogPosition(1, 2), List.of(), 1));
  }
}
