package dev.keelson.server.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.MemberRegister;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.replica.DurabilityGate;
import dev.keelson.server.replica.PendingProposals;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.replica.ReplicaLimits;
import dev.keelson.server.time.SystemClock;
import dev.keelson.server.transport.MemberTransport;
import dev.keelson.server.transport.ShipmentListener;
import dev.keelson.server.transport.SnapshotSource;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.mvcc.engine.KvEngine;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import dev.keelson.storage.snapshot.StateDirectory;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a checkpoint that cannot be taken. The test's own thread does the rounds. */
class OutgoingSnapshotsTest {
  private static final long PEER = 2;
  private static final Configuration ALONE = Configuration.ofVoters(Set.of(1L));

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final MemoryEngines engines = new MemoryEngines(disk);
  private final StateDirectory state = openState();
  private final MvccStore store = MvccStore.open(engines.open(state.live()), MvccConfig.defaults());
  private final LiveStore live =
      new LiveStore(
          store,
          MemberRegister.create(
              store,
              new MemberTable(
                  7, List.of(new Member(1, "m1", List.of("http://m1"), List.of(), false)))),
          _ -> new HandWorker(),
          cause -> {
            throw new AssertionError(cause);
          });
  private final List<Throwable> failures = new ArrayList<>();
  private final Shipments shipments = new Shipments();
  private final HandWorker worker = new HandWorker();
  private final HandWorker replica = new HandWorker();

  @AfterEach
  void close() {
    live.close();
  }

  private StateDirectory openState() {
    try {
      return StateDirectory.open(disk, Path.of("/state"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private OutgoingSnapshots shipper(EngineFactory checkpoints) {
    var limits = ReplicaLimits.of(100, 1_000);
    var inbox =
        new ReplicaInbox(
            replica,
            new RaftStatus(1, Role.LEADER, 7, 1, 1, 1, 1, ALONE),
            limits,
            new PendingProposals(limits.maxPendingProposals()),
            new DurabilityGate(shipments),
            new SystemClock(),
            1);
    return new OutgoingSnapshots(
        live,
        new OutgoingSnapshots.Files(disk, state, checkpoints),
        _ -> ALONE,
        shipments,
        inbox,
        (thread, cause) -> failures.add(cause),
        worker);
  }

  private void put(long index) {
    var txn = store.begin();
    var key = Bytes.wrap("k".getBytes(StandardCharsets.UTF_8));
    assertThat(txn.put(key, key, 0)).isNotNull();
    txn.commit();
    assertThat(store.commitBatch(new LogPosition(1, index))).isNotEmpty();
  }

  @Test
  void aSnapshotIsTakenAndShipped() {
    put(1);
    shipper(engines).ship(PEER, 1);
    worker.runRound();

    assertThat(shipments.shipped).containsExactly(PEER);
    assertThat(failures).isEmpty();
  }

  /** Found by the simulator: the leader tried again for ever, and stayed in office. */
  @Test
  void aStoreThatFailedWithItsCheckpointStopsTheMember() {
    put(1);
    disk.inject(FaultPlan.nth(FaultPlan.Operation.WRITE, 0, FaultPlan.Verdict.FULL));
    shipper(engines).ship(PEER, 1);
    worker.runRound();

    assertThat(failures).singleElement().isInstanceOf(EngineException.class);
    assertThatThrownBy(() -> put(2)).isInstanceOf(EngineException.class);
  }

  @Test
  void aCheckpointThatFailsBesideASoundStoreIsTriedAgainLater() {
    put(1);
    shipper(new Unreadable(engines)).ship(PEER, 1);
    worker.runRound();

    assertThat(failures).isEmpty();
    assertThat(shipments.shipped).isEmpty();
    assertThat(replica.wakes).as("the core hears that nothing was shipped").isPositive();
    put(2);
  }

  /** Makes checkpoints that cannot be read. */
  private record Unreadable(MemoryEngines engines) implements EngineFactory {
    @Override
    public KvEngine open(Path directory) {
      return engines.open(directory);
    }

    @Override
    public KvEngine openReadOnly(Path directory) {
      throw new EngineException("no file of " + directory + " can be read");
    }

    @Override
    public boolean isData(String fileName) {
      return engines.isData(fileName);
    }
  }

  /** Does rounds when it is told to. */
  private static final class HandWorker implements Worker {
    private final List<Round> started = new ArrayList<>();
    private int wakes;

    void runRound() {
      var round = started.getFirst();
      try {
        assertThat(round.run()).isPositive();
      } catch (RuntimeException e) {
        round.failed(e);
      }
    }

    @Override
    public void start(Round round) {
      started.add(round);
    }

    @Override
    public void wake() {
      wakes++;
    }

    @Override
    public boolean awaitRound() {
      return false;
    }

    @Override
    public void close() {
      started.forEach(Round::end);
    }
  }

  private static final class Shipments implements MemberTransport {
    private final List<Long> shipped = new ArrayList<>();

    @Override
    public void shipSnapshot(
        long peer, long term, SnapshotSource source, ShipmentListener listener) {
      shipped.add(peer);
      listener.delivered();
    }

    @Override
    public boolean isConnected(long peer, Duration atLeast) {
      return true;
    }

    @Override
    public void membersChanged() {}

    @Override
    public void send(Message message) {}

    @Override
    public void send(long peer, LeaseQuestions questions) {}

    @Override
    public void send(long peer, LeaseAnswers answers) {}

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
