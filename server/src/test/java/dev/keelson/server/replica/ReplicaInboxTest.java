package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.time.SystemClock;
import dev.keelson.server.transport.PeerTransport;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the inbox refuses so that the member is not buried under it. */
class ReplicaInboxTest {
  private static final ReplicaLimits LIMITS = ReplicaLimits.of(100, 1_000);
  private static final long APPLIED = 100;

  private final PendingProposals pending = new PendingProposals(LIMITS.maxPendingProposals());
  private final ReplicaInbox inbox =
      new ReplicaInbox(
          new Idle(),
          committed(APPLIED),
          LIMITS,
          pending,
          new DurabilityGate(new Nowhere()),
          new SystemClock(),
          1);
  private final List<Outcome<ApplyResult>> outcomes = new ArrayList<>();

  private static RaftStatus committed(long index) {
    return new RaftStatus(
        1, Role.LEADER, 7, 1, index, APPLIED, index, Configuration.ofVoters(Set.of(1L)));
  }

  private void put() {
    inbox.propose(
        Command.newBuilder().setPut(PutRequest.getDefaultInstance()).build(), outcomes::add);
  }

  /** Section 10: committed minus applied past 5000. */
  @Test
  @Tag("OV-shed")
  void aMemberFarBehindItsLogTakesNoMoreUntilItHasCaughtUp() {
    inbox.publish(committed(APPLIED + 5_000));
    put();
    assertThat(outcomes).as("at the limit it waits like any other").isEmpty();
    assertThat(inbox.depth().proposals()).isEqualTo(1);

    inbox.publish(committed(APPLIED + 5_001));
    put();
    assertThat(outcomes)
        .containsExactly(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
    assertThat(EtcdError.REQUEST_TOO_MANY_REQUESTS.message())
        .isEqualTo("etcdserver: too many requests");
    assertThat(inbox.depth().proposals()).isEqualTo(1);

    inbox.applied(APPLIED + 1);
    put();
    assertThat(outcomes).hasSize(1);
    assertThat(pending.size()).isEqualTo(2);
  }

  @Test
  @Tag("OV-shed")
  void readsPastTheirBoundAreRefusedToo() {
    var refused = new ArrayList<Outcome<Long>>();
    for (int i = 0; i < LIMITS.maxQueuedReads() + 3; i++) {
      inbox.awaitReadIndex(refused::add);
    }

    assertThat(refused)
        .hasSize(3)
        .containsOnly(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
  }

  private record Idle() implements Worker {
    @Override
    public void start(Round round) {}

    @Override
    public void wake() {}

    @Override
    public boolean awaitRound() {
      return false;
    }

    @Override
    public void close() {}
  }

  private record Nowhere() implements PeerTransport {
    @Override
    public void send(Message message) {}

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
