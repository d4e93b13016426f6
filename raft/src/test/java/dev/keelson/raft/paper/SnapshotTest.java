package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.entries;
import static dev.keelson.raft.ScriptedMember.entriesAfter;
import static dev.keelson.raft.ScriptedMember.proposal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.replication.ProgressState;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Followers the log can no longer help (Raft 7). */
@Tag("raft-7")
class SnapshotTest {
  private static final SnapshotDescriptor SNAPSHOT =
      new SnapshotDescriptor(new LogPosition(3, 20), ScriptedMember.votersTo(3));

  private static Message.SnapshotArrived arrived() {
    return new Message.SnapshotArrived(2, 1, 4, SNAPSHOT);
  }

  private static ScriptedMember follower(long... terms) {
    return ScriptedMember.of(3, new HardState(4, 0, 0), entries(terms));
  }

  /** Member 2 holds nothing, and the leader's log begins at 3. */
  private static ScriptedMember leaderThatCutItsLog() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.step(proposal(7, 8));
    leader.persist();
    leader.acknowledge(3, 3);
    leader.apply();
    leader.compactTo(2);
    leader.takeSent();
    leader.receive(new Message.AppendRejected(2, 1, 1, 3, new LogPosition(0, 0)));
    return leader;
  }

  @Test
  void snapshotThatIsNewIsInstalledAndThenAcknowledged() {
    var member = follower(1, 1);

    member.receive(arrived());
    assertThat(member.takeAnswers()).containsExactly(new Effect.InstallSnapshot(SNAPSHOT));
    assertThat(member.takeSent()).isEmpty();

    member.install(SNAPSHOT);
    assertThat(member.takeSent()).containsExactly(new Message.AppendAccepted(1, 2, 4, 20));
    assertThat(member.status().commitIndex()).isEqualTo(20);
    assertThat(member.status().appliedIndex()).isEqualTo(20);
  }

  @Test
  void logGoesOnAfterASnapshotAndNothingOfTheOldOneIsLeft() {
    var member = follower(1, 1);
    member.receive(arrived());
    member.install(SNAPSHOT);

    member.receive(
        new Message.AppendRequest(2, 1, 4, SNAPSHOT.position(), entriesAfter(20, 4), 21));
    member.persist();

    assertThat(member.terms()).containsExactly(4L);
    assertThat(member.takeHanded()).extracting(Entry::index).containsExactly(21L);
  }

  @Test
  void suffixThatDoesNotMatchIsNotKept() {
    long[] terms = new long[25];
    java.util.Arrays.fill(terms, 1);
    var member = follower(terms);

    member.receive(arrived());
    member.install(SNAPSHOT);

    assertThat(member.status().lastIndex()).isEqualTo(20);
  }

  @Test
  void logThatHoldsTheSnapshotsEndNeedsOnlyItsCommitIndex() {
    long[] terms = new long[22];
    java.util.Arrays.fill(terms, 3);
    var member = follower(terms);

    member.receive(arrived());

    assertThat(member.takeAnswers()).isEmpty();
    assertThat(member.takeSent()).containsExactly(new Message.AppendAccepted(1, 2, 4, 20));
    assertThat(member.status().commitIndex()).isEqualTo(20);
    assertThat(member.status().lastIndex()).isEqualTo(22);
  }

  @Test
  void snapshotOfWhatIsCommittedAlreadyIsAnsweredWithTheCommitIndex() {
    long[] terms = new long[22];
    java.util.Arrays.fill(terms, 3);
    var member = follower(terms);
    member.receive(new Message.Heartbeat(2, 1, 4, 22, 0));
    member.takeSent();

    member.receive(arrived());

    assertThat(member.takeAnswers()).isEmpty();
    assertThat(member.takeSent()).containsExactly(new Message.AppendAccepted(1, 2, 4, 22));
  }

  @Test
  void whileInstallingAppendsAreDroppedNothingIsAppliedAndNobodyStands() {
    var member = follower(1, 1);
    member.receive(arrived());

    member.receive(new Message.AppendRequest(2, 1, 4, new LogPosition(1, 2), List.of(), 2));
    member.receive(arrived());
    member.tick(100);

    assertThat(member.takeSent()).isEmpty();
    assertThat(member.takeHanded()).isEmpty();
    assertThat(member.takeAnswers()).containsExactly(new Effect.InstallSnapshot(SNAPSHOT));
    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(member.status().leaderId()).isZero();
  }

  @Test
  void stateMachineMayReportTheSnapshotBeforeItsInstallationIsReported() {
    var member = follower(1, 1);
    member.receive(arrived());

    member.step(new Input.Applied(20));
    assertThat(member.status().appliedIndex()).isZero();
    member.install(SNAPSHOT);
    member.step(new Input.Applied(20));

    assertThat(member.status().appliedIndex()).isEqualTo(20);
  }

  @Test
  void whileInstallingHeartbeatsAreAnsweredAndVotesGiven() {
    var member = follower(1, 1);
    member.receive(arrived());

    member.receive(new Message.Heartbeat(2, 1, 4, 0, 6));
    member.tick(10);
    member.receive(new Message.VoteRequest(3, 1, 5, false, new LogPosition(4, 30), false));
    member.persist();

    assertThat(member.takeSent())
        .containsExactly(
            new Message.HeartbeatResponse(1, 2, 4, 6),
            new Message.VoteResponse(1, 3, 5, false, true));
  }

  @Test
  void snapshotWithoutUsInItsConfigurationLeavesAFollowerThatNeverStands() {
    var others =
        new SnapshotDescriptor(
            SNAPSHOT.position(), new Configuration(List.of(2L, 3L), List.of(), List.of()));
    var member = follower(1);
    member.receive(new Message.SnapshotArrived(2, 1, 4, others));
    member.install(others);

    member.tick(100);

    assertThat(member.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(member.status().term()).isEqualTo(4);
  }

  @Test
  void followerThatNeedsWhatWasCutIsSentOneSnapshot() {
    var leader = leaderThatCutItsLog();

    assertThat(leader.takeAnswers()).containsExactly(new Effect.ShipSnapshot(2, 2));
    leader.receive(new Message.AppendRejected(2, 1, 1, 3, new LogPosition(0, 0)));
    leader.receive(new Message.HeartbeatResponse(2, 1, 1, 0));
    leader.step(proposal(9));
    assertThat(leader.takeAnswers()).isEmpty();
    assertThat(leader.takeSent(Message.AppendRequest.class)).allMatch(request -> request.to() == 3);
  }

  @Test
  void replicationGoesOnAfterADeliveredSnapshot() {
    var leader = leaderThatCutItsLog();
    leader.step(new Input.SnapshotShipped(2, 3, true));
    assertThat(leader.progress().getFirst().state()).isEqualTo(ProgressState.PROBE);
    leader.takeSent();

    leader.acknowledge(2, 3);
    leader.step(proposal(9));

    assertThat(leader.progress().getFirst().state()).isEqualTo(ProgressState.REPLICATE);
    assertThat(leader.takeSent(Message.AppendRequest.class))
        .filteredOn(request -> request.to() == 2)
        .extracting(Message.AppendRequest::previous)
        .contains(new LogPosition(1, 3));
  }

  @Test
  void snapshotThatFailedIsTriedAgainLater() {
    var leader = leaderThatCutItsLog();
    leader.takeAnswers();
    leader.step(new Input.SnapshotShipped(2, 3, false));

    for (int tick = 0; tick < 9; tick++) {
      leader.tick(1);
      leader.receive(new Message.HeartbeatResponse(2, 1, 1, 0));
    }
    assertThat(leader.takeAnswers()).isEmpty();

    leader.tick(1);
    leader.receive(new Message.HeartbeatResponse(2, 1, 1, 0));
    assertThat(leader.takeAnswers()).containsExactly(new Effect.ShipSnapshot(2, 2));
  }

  @Test
  void followerThatIsNotHeardOfIsSentNoSnapshot() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.step(proposal(7, 8));
    leader.persist();
    leader.acknowledge(3, 3);
    leader.apply();
    for (int i = 0; i < 3 * ScriptedMember.ELECTION_TICKS; i++) {
      leader.tick(1);
      leader.receive(new Message.HeartbeatResponse(3, 1, 1, 0));
    }
    leader.compactTo(3);
    leader.step(new Input.PeerUnreachable(2));

    leader.step(proposal(9));
    assertThat(leader.takeAnswers()).isEmpty();

    leader.receive(new Message.HeartbeatResponse(2, 1, 1, 0));
    assertThat(leader.takeAnswers()).containsExactly(new Effect.ShipSnapshot(2, 3));
  }
}
