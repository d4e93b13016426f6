package dev.keelson.server.snapshot;

import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.replica.ReplicaParts;
import dev.keelson.server.transport.NettyPeerTransport;
import dev.keelson.server.transport.ShipmentListener;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.snapshot.Checkpoint;
import dev.keelson.storage.snapshot.StateDirectory;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a checkpoint for each member that is too far behind and ships it. Checkpoints are taken one
 * after the other ("keelson-checkpoint"), while the store goes on.
 */
public final class OutgoingSnapshots implements ReplicaParts.SnapshotShipper, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OutgoingSnapshots.class);
  private static final long CLOSE_SECONDS = 10;

  private final LiveStore store;
  private final Files files;
  private final Function<MvccStore, Configuration> configuration;
  private final NettyPeerTransport transport;
  private final ReplicaInbox inbox;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().name("keelson-checkpoint").unstarted(task));

  /** Where checkpoints are made. */
  public record Files(Disk disk, StateDirectory state, EngineFactory engines) {}

  public OutgoingSnapshots(
      LiveStore store,
      Files files,
      Function<MvccStore, Configuration> configuration,
      NettyPeerTransport transport,
      ReplicaInbox inbox) {
    this.store = store;
    this.files = files;
    this.configuration = configuration;
    this.transport = transport;
    this.inbox = inbox;
  }

  @Override
  public void ship(long peer, long atLeastIndex) {
    try {
      thread.execute(() -> takeAndShip(peer, atLeastIndex));
    } catch (RejectedExecutionException e) {
      log.debug("no snapshot for peer={}: closing", Long.toHexString(peer));
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
    thread.shutdownNow();
    try {
      thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
