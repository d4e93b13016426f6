package dev.keelson.server.snapshot;

import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.replica.ReplicaParts;
import dev.keelson.server.transport.MemberTransport;
import dev.keelson.server.transport.ShipmentListener;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.snapshot.Checkpoint;
import dev.keelson.storage.snapshot.StateDirectory;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a checkpoint for each member that is too far behind and ships it. Checkpoints are taken one
 * after the other ("keelson-checkpoint"), while the store goes on.
 */
public final class OutgoingSnapshots implements ReplicaParts.SnapshotShipper, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OutgoingSnapshots.class);

  private final LiveStore store;
  private final Files files;
  private final Function<MvccStore, Configuration> configuration;
  private final MemberTransport transport;
  private final ReplicaInbox inbox;
  private final MemberFailure failure;
  private final Worker worker;

  /** At most one for a peer: the core asks again when it has heard how the last one ended. */
  private final ConcurrentLinkedQueue<Wanted> wanted = new ConcurrentLinkedQueue<>();

  private record Wanted(long peer, long atLeastIndex) {}

  /** Where checkpoints are made. */
  public record Files(Disk disk, StateDirectory state, EngineFactory engines) {}

  /** Starts the worker. */
  public OutgoingSnapshots(
      LiveStore store,
      Files files,
      Function<MvccStore, Configuration> configuration,
      MemberTransport transport,
      ReplicaInbox inbox,
      MemberFailure failure,
      Worker worker) {
    this.store = store;
    this.files = files;
    this.configuration = configuration;
    this.transport = transport;
    this.inbox = inbox;
    this.failure = failure;
    this.worker = worker;
    worker.start(new Rounds());
  }

  @Override
  public void ship(long peer, long atLeastIndex) {
    wanted.add(new Wanted(peer, atLeastIndex));
    worker.wake();
  }

  private final class Rounds implements Round {
    @Override
    public long run() {
      var next = wanted.poll();
      if (next != null) {
        takeAndShip(next.peer, next.atLeastIndex);
      }
      return wanted.isEmpty() ? WHEN_WOKEN : 0;
    }

    @Override
    public boolean hasWork() {
      return !wanted.isEmpty();
    }

    @Override
    public void failed(Throwable cause) {
      failure.memberFailed("keelson-checkpoint", cause);
    }
  }

  private void takeAndShip(long peer, long atLeastIndex) {
    try {
      var checkpoint = take();
      SnapshotDescriptor descriptor = checkpoint.manifest().descriptor();
      long index = descriptor.position().index();
      if (index < atLeastIndex) {
        checkpoint.close();
        inbox.snapshotShipped(peer, index, false);
        return;
      }
      log.info(
          "shipping snapshot peer={} index={} bytes={}",
          Long.toHexString(peer),
          index,
          checkpoint.manifest().totalBytes());
      transport.shipSnapshot(
          peer,
          inbox.status().term(),
          new ShippedCheckpoint(checkpoint),
          new Shipped(inbox, peer, index));
    } catch (IOException | EngineException e) {
      log.error("cannot take a snapshot for peer={}", Long.toHexString(peer), e);
      // If it was the store that failed, this fails too, and the member stops: a leader whose
      // commit waits for this peer would stay in office and try for ever.
      store.flush();
      inbox.snapshotShipped(peer, atLeastIndex, false);
    }
  }

  private Checkpoint take() throws IOException {
    try (var held = store.hold()) {
      return Checkpoint.take(
          held.store(),
          files.disk(),
          files.state().newCheckpoint(),
          files.engines(),
          configuration);
    }
  }

  private record Shipped(ReplicaInbox inbox, long peer, long index) implements ShipmentListener {
    @Override
    public void delivered() {
      inbox.snapshotShipped(peer, index, true);
    }

    @Override
    public void failed(String reason) {
      log.warn("snapshot not shipped peer={} reason=\"{}\"", Long.toHexString(peer), reason);
      inbox.snapshotShipped(peer, index, false);
    }
  }

  /** Waits for the checkpoint that is being taken. */
  @Override
  public void close() {
    worker.close();
  }
}
