package dev.keelson.server.replica;

import static dev.keelson.server.replica.ScriptedReplica.ELECTION_NANOS;
import static dev.keelson.server.replica.ScriptedReplica.TICK_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Message;
import dev.keelson.server.apply.ApplyResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The loop when the process, or its disk, stands still; and while leadership is handed over. */
final class ReplicaLoopTest {
  private static final Command PUT =
      Command.newBuilder()
          .setPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("key")))
          .build();

  private final ScriptedReplica replica = new ScriptedReplica();
  private final List<Outcome<Long>> reads = new ArrayList<>();
  private final List<Outcome<ApplyResult>> writes = new ArrayList<>();

  @Test
  @Tag("TM-pause")
  void aLeaderThatStoodStillServesNoReadByAnAnswerOfBefore() {
    replica.leading();
    replica.inbox.awaitReadIndex(reads::add);
    replica.round(0);
    long round = replica.sent(Message.Heartbeat.class).getFirst().readRound();
    replica.receive(new Message.HeartbeatResponse(2, 1, 1, round));

    replica.round(2 * ELECTION_NANOS);

    assertThat(reads).containsExactly(new Outcome.Failure<>(EtcdError.LEADER_CHANGED));
    assertThat(replica.status().isLeader()).isFalse();
    assertThat(replica.sent(Message.TimeoutNow.class)).hasSize(1);
  }

  @Test
  @Tag("TM-pause")
  void aTickThatIsALittleLateCostsNothing() {
    replica.leading();
    replica.inbox.awaitReadIndex(reads::add);
    replica.round(0);
    long round = replica.sent(Message.Heartbeat.class).getFirst().readRound();
    replica.receive(new Message.HeartbeatResponse(2, 1, 1, round));

    replica.round(ELECTION_NANOS / 2);
    replica.round(0);

    assertThat(reads).containsExactly(new Outcome.Success<>(1L));
    assertThat(replica.status().isLeader()).isTrue();
  }

  @Test
  @Tag("TM-pause")
  void aFollowerThatStoodStillGoesOnFollowingAndItsReadsFail() {
    replica.following();
    replica.inbox.awaitReadIndex(reads::add);
    replica.round(0);
    long id = replica.sent(Message.ReadIndexRequest.class).getFirst().readId();
    replica.receive(new Message.ReadIndexResponse(2, 1, 1, id, 0));

    replica.round(2 * ELECTION_NANOS);
    replica.round(0);

    assertThat(reads).containsExactly(new Outcome.Failure<>(EtcdError.LEADER_CHANGED));
    assertThat(replica.status().leaderId()).isEqualTo(2);
  }

  @Test
  @Tag("1.7")
  void aLeaderWhoseDiskHangsLeavesOfficeAndSendsNoHeartbeat() {
    replica.leading();
    replica.diskIsBusyFor(ELECTION_NANOS);
    replica.ticks(1);
    assertThat(replica.status().isLeader()).as("not longer than an election takes").isTrue();
    replica.sent.clear();

    replica.diskIsBusyFor(ELECTION_NANOS + TICK_NANOS);
    replica.ticks(3);

    assertThat(replica.status().isLeader()).isFalse();
    assertThat(replica.sent(Message.Heartbeat.class)).isEmpty();
    assertThat(replica.sent(Message.TimeoutNow.class)).hasSize(1);
  }

  @Test
  @Tag("1.7")
  void aFollowerWhoseDiskHangsGoesOnFollowing() {
    replica.following();
    replica.diskIsBusyFor(2 * ELECTION_NANOS);

    replica.ticks(3);

    assertThat(replica.status().leaderId()).isEqualTo(2);
  }

  @Test
  @Tag("OV-oom")
  void aLeaderThatAppliesNothingAnyMoreLeavesOffice() {
    replica.leading();
    replica.applierHangs();
    replica.inbox.propose(PUT, writes::add);
    replica.round(0);
    replica.receive(new Message.AppendAccepted(2, 1, 1, 2));

    stayInContact(10 * ELECTION_NANOS / TICK_NANOS);
    assertThat(replica.status().isLeader()).as("a slow entry is no reason").isTrue();
    stayInContact(2);

    assertThat(replica.status().isLeader()).isFalse();
    assertThat(replica.sent(Message.TimeoutNow.class)).hasSize(1);
  }

  @Test
  void aLeaderWithNothingToApplyStaysInOffice() {
    replica.leading();
    replica.applierHangs();

    stayInContact(20 * ELECTION_NANOS / TICK_NANOS);

    assertThat(replica.status().isLeader()).isTrue();
  }

  /** Ticks at which member 2 is heard of, so that nothing else ends the office. */
  private void stayInContact(long ticks) {
    for (long tick = 0; tick < ticks; tick++) {
      replica.receive(new Message.HeartbeatResponse(2, 1, 1, 0));
      replica.ticks(1);
    }
  }

  @Test
  void whatALeaderGivesBackThatHandsOverGoesToTheNextOne() {
    var first = givenBackAndOfferedAgain();

    var second = replica.sent(Message.ForwardProposals.class).getLast();
    assertThat(second.to()).isEqualTo(3);
    assertThat(second.proposals()).isEqualTo(first.proposals());
    assertThat(writes).isEmpty();
    assertThat(replica.sent(Message.ForwardProposals.class)).hasSize(2);
  }

  /** The first offer, which member 2 gives back; a second one goes to member 3. */
  private Message.ForwardProposals givenBackAndOfferedAgain() {
    replica.following();
    replica.inbox.propose(PUT, writes::add);
    replica.round(0);
    var first = replica.sent(Message.ForwardProposals.class).getFirst();
    replica.receive(rejected(first, ProposalRejection.TRANSFERRING));
    replica.ticks(2);
    assertThat(replica.sent(Message.ForwardProposals.class)).as("not to the same").hasSize(1);

    replica.receive(new Message.Heartbeat(3, 1, 2, 0, 0));
    replica.round(0);
    return first;
  }

  /** It may have been taken by the second leader: the client is told that nobody knows. */
  @Test
  void aSecondRefusalDoesNotOfferItAThirdTime() {
    var first = givenBackAndOfferedAgain();

    replica.receive(rejected(first, ProposalRejection.TRANSFERRING));
    replica.receive(new Message.Heartbeat(2, 1, 3, 0, 0));
    replica.ticks(1);

    assertThat(replica.sent(Message.ForwardProposals.class)).hasSize(2);
    assertThat(writes).containsExactly(new Outcome.Failure<>(EtcdError.LEADER_CHANGED));
  }

  @Test
  void ifTheLeaderGoesOnAfterAllTheClientIsToldToTryAgain() {
    replica.following();
    replica.inbox.propose(PUT, writes::add);
    replica.round(0);
    var forwarded = replica.sent(Message.ForwardProposals.class).getFirst();
    replica.receive(rejected(forwarded, ProposalRejection.TRANSFERRING));

    for (int i = 0; i < 21; i++) {
      replica.receive(new Message.Heartbeat(2, 1, 1, 0, 0));
      replica.ticks(1);
    }

    assertThat(writes).containsExactly(new Outcome.Failure<>(EtcdError.LEADER_CHANGED));
    assertThat(replica.sent(Message.ForwardProposals.class)).hasSize(1);
  }

  @Test
  void anyOtherRefusalOfALeaderIsTheClientsToHear() {
    replica.following();
    replica.inbox.propose(PUT, writes::add);
    replica.round(0);
    var forwarded = replica.sent(Message.ForwardProposals.class).getFirst();

    replica.receive(rejected(forwarded, ProposalRejection.OVERLOADED));
    replica.round(0);

    assertThat(writes).containsExactly(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
  }

  private static Message.ForwardRejected rejected(
      Message.ForwardProposals forwarded, ProposalRejection reason) {
    var ids = forwarded.proposals().stream().map(proposal -> proposal.id()).toList();
    return new Message.ForwardRejected(forwarded.to(), 1, forwarded.term(), ids, reason);
  }
}
