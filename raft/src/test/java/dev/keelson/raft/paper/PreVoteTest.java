package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.entries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.HardState;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pre-vote (dissertation 9.6) and disruptive servers (4.2.3). */
class PreVoteTest {
  private static Message.VoteRequest preVote(long term, LogPosition last) {
    return new Message.VoteRequest(2, 1, term, true, last, false);
  }

  private static Message.VoteResponse preVoteAnswer(long term, boolean granted) {
    return new Message.VoteResponse(1, 2, term, true, granted);
  }

  @Test
  @Tag("raft-9.6")
  void preVoteRaisesNoTermAndCostsNoVote() {
    var member = ScriptedMember.of(3);

    member.receive(preVote(1, LogPosition.ZERO));
    member.receive(new Message.VoteRequest(3, 1, 1, true, LogPosition.ZERO, false));

    assertThat(member.takeSent())
        .containsExactly(preVoteAnswer(1, true), new Message.VoteResponse(1, 3, 1, true, true));
    assertThat(member.status().term()).isZero();
    assertThat(member.isWriting()).isFalse();
  }

  @Test
  @Tag("raft-9.6")
  void preVoteIsRefusedToAShorterLog() {
    var member = ScriptedMember.of(3, new HardState(2, 0, 0), entries(1, 2));

    member.receive(preVote(3, new LogPosition(1, 9)));

    assertThat(member.takeSent()).containsExactly(preVoteAnswer(2, false));
  }

  @Test
  @Tag("raft-9.6")
  void preVoteIsRefusedWhileALeaderIsHeard() {
    var member = ScriptedMember.of(3);
    member.hearFrom(3, 1);
    member.persist();
    member.takeSent();

    member.tick(9);
    member.receive(preVote(2, LogPosition.ZERO));
    assertThat(member.takeSent()).containsExactly(preVoteAnswer(1, false));
  }

  @Test
  @Tag("raft-9.6")
  void preVoteIsGrantedOnceTheLeaderWasSilentForAnElectionTimeout() {
    var member = ScriptedMember.of(3, new HardState(1, 0, 0), List.of());
    member.hearFrom(3, 1);
    member.tick(10);
    member.takeSent();

    member.receive(preVote(2, LogPosition.ZERO));

    assertThat(member.takeSent()).containsExactly(preVoteAnswer(2, true));
  }

  @Test
  @Tag("raft-9.6")
  void refusedPreVoteTeachesTheHigherTerm() {
    var behind = ScriptedMember.of(3);
    var ahead = ScriptedMember.of(2, ScriptedMember.votersTo(3), new HardState(7, 0, 0), List.of());
    behind.tick(2);

    behind.takeSent().stream().filter(message -> message.to() == 2).forEach(ahead::receive);
    ahead.takeSent().forEach(behind::receive);

    assertThat(behind.status().term()).isEqualTo(7);
    assertThat(behind.status().role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @Tag("raft-9.6")
  void memberThatIsCutOffNeverRaisesItsTerm() {
    var member = ScriptedMember.of(3);
    member.hearFrom(2, 4);

    member.tick(500);

    assertThat(member.status().term()).isEqualTo(4);
  }

  @Test
  @Tag("raft-9.6")
  void lateGrantForAnEarlierPreVoteDoesNotCount() {
    var member = ScriptedMember.of(3, new HardState(4, 0, 0), List.of());
    member.tick(2);

    member.receive(new Message.VoteResponse(2, 1, 4, true, true));
    assertThat(member.status().role()).isEqualTo(Role.PRE_CANDIDATE);

    member.receive(new Message.VoteResponse(2, 1, 5, true, true));
    assertThat(member.status().role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @Tag("raft-9.6")
  void preVotesAreNoVotes() {
    var member = ScriptedMember.of(3);
    member.tick(2);
    member.receive(new Message.VoteResponse(2, 1, 1, true, true));
    member.persist();

    member.receive(new Message.VoteResponse(3, 1, 1, true, true));

    assertThat(member.status().role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @Tag("raft-9.6")
  void preVoteLostToAMajorityEndsTheAttempt() {
    var member = ScriptedMember.of(3);
    member.tick(2);

    member.receive(new Message.VoteResponse(2, 1, 0, true, false));
    member.receive(new Message.VoteResponse(3, 1, 0, true, false));

    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @Tag("raft-4.2.3")
  void removedServerThatStandsInALaterTermDoesNotDisturbAFollowerThatHearsItsLeader() {
    var member = ScriptedMember.of(3);
    member.hearFrom(2, 1);
    member.persist();
    member.takeSent();

    member.receive(new Message.VoteRequest(9, 1, 50, false, new LogPosition(9, 99), false));

    assertThat(member.takeSent()).isEmpty();
    assertThat(member.status().term()).isEqualTo(1);
    assertThat(member.status().leaderId()).isEqualTo(2);
  }

  @Test
  @Tag("raft-4.2.3")
  void removedServerThatStandsInALaterTermDoesNotDisturbTheLeader() {
    var leader = ScriptedMember.of(3).inOffice();

    leader.receive(new Message.VoteRequest(9, 1, 50, false, new LogPosition(9, 99), false));

    assertThat(leader.status().isLeader()).isTrue();
    assertThat(leader.takeSent()).isEmpty();
  }

  @Test
  @Tag("raft-4.2.3")
  void electionTheLeaderAskedForIsNotHeldUp() {
    var member = ScriptedMember.of(3);
    member.hearFrom(2, 1);

    member.receive(new Message.VoteRequest(3, 1, 2, false, LogPosition.ZERO, true));
    member.persist();

    assertThat(member.takeSent()).contains(new Message.VoteResponse(1, 3, 2, false, true));
  }

  @Test
  @Tag("raft-4.1")
  void candidateOutsideOurConfigurationMayGetTheVote() {
    var member = ScriptedMember.of(3);

    member.receive(new Message.VoteRequest(4, 1, 1, false, LogPosition.ZERO, false));
    member.persist();

    assertThat(member.takeSent()).containsExactly(new Message.VoteResponse(1, 4, 1, false, true));
  }

  @Test
  @Tag("raft-4.1")
  void leaderOutsideOurConfigurationIsFollowed() {
    var member = ScriptedMember.of(3);

    member.receive(new Message.AppendRequest(4, 1, 2, LogPosition.ZERO, entries(2), 1));

    assertThat(member.status().leaderId()).isEqualTo(4);
    assertThat(member.status().commitIndex()).isEqualTo(1);
  }

  @Test
  @Tag("I1")
  void memberStuckInALaterTermFreesItselfByAnsweringTheLeader() {
    var stuck = ScriptedMember.of(3, new HardState(9, 0, 0), List.of());
    var leader =
        ScriptedMember.of(2, ScriptedMember.votersTo(3), HardState.INITIAL, List.of()).inOffice();

    leader.step(new Input.Tick());
    leader.takeSent().stream().filter(message -> message.to() == 1).forEach(stuck::receive);
    stuck.takeSent().forEach(leader::receive);

    assertThat(leader.status().isLeader()).isFalse();
    assertThat(leader.status().term()).isEqualTo(9);
  }
}
