package dev.keelson.server.snapshot;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.replica.ApplyStage;
import dev.keelson.server.time.Clock;
import dev.keelson.server.transport.SnapshotChunk;
import dev.keelson.server.transport.SnapshotPosition;
import dev.keelson.server.transport.SnapshotSink;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.snapshot.Chunk;
import dev.keelson.storage.snapshot.ChunkPosition;
import dev.keelson.storage.snapshot.Receipt;
import dev.keelson.storage.snapshot.ReceivedSnapshot;
import dev.keelson.storage.snapshot.SnapshotInstaller;
import dev.keelson.storage.snapshot.SnapshotReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots in and puts them in the store's place. Chunks come on the transport's disk
 * thread, the installation runs on the apply thread; one lock keeps a snapshot that is about to be
 * installed from being overwritten by the next.
 */
public final class IncomingSnapshots implements SnapshotSink, ApplyStage.SnapshotInstallation {
  private static final Logger log = LoggerFactory.getLogger(IncomingSnapshots.class);

  /** What has arrived waits this long for the core's word before another may replace it. */
  private static final long KEEP_NANOS = 10_000_000_000L;

  private final Parts parts;
  private final SnapshotInstaller installer;
  // Guarded by this; held while a chunk is written, and for the switch of directories.
  private @Nullable SnapshotReceiver receiver;
  private @Nullable ReceivedSnapshot received;
  private long receivedAtNanos;
  private boolean installing;

  /** What a snapshot is put into. */
  public record Parts(
      LiveStore store,
      OutgoingSnapshots.Files files,
      MvccConfig storeConfig,
      InstallMarker marker,
      Clock clock) {}

  public IncomingSnapshots(Parts parts) {
    this.parts = parts;
    this.installer = new SnapshotInstaller(parts.files().disk(), parts.files().state());
  }

  @Override
  public synchronized SnapshotPosition begin(long from, Bytes manifest) throws IOException {
    boolean isKept = received != null && parts.clock().nanoTime() - receivedAtNanos < KEEP_NANOS;
    if (installing || isKept) {
      throw new IOException("another snapshot has arrived and is about to be installed");
    }
    received = null;
    closeReceiver();
    receiver = parts.files().state().receive(manifest);
    var next = receiver.next();
    return new SnapshotPosition(next.fileIndex(), next.offset());
  }

  @Override
  public synchronized void accept(SnapshotChunk chunk) throws IOException {
    var position = new ChunkPosition(chunk.file(), chunk.offset());
    if (current().accept(Chunk.of(position, chunk.data())) instanceof Receipt.Refused refused) {
      throw new IOException("a chunk was refused: " + refused.reason());
    }
  }

  @Override
  public synchronized SnapshotDescriptor complete() throws IOException {
    var complete = current().finish();
    closeReceiver();
    received = complete;
    receivedAtNanos = parts.clock().nanoTime();
    return complete.manifest().descriptor();
  }

  @Override
  public synchronized void abort() {
    try {
      closeReceiver();
    } catch (IOException e) {
      log.warn("cannot close a snapshot that was given up reason={}", e.getMessage());
    }
  }

  private SnapshotReceiver current() throws IOException {
    if (receiver == null) {
      throw new IOException("no snapshot was begun");
    }
    return receiver;
  }

  private void closeReceiver() throws IOException {
    if (receiver != null) {
      var closing = receiver;
      receiver = null;
      closing.close();
    }
  }

  /** Apply thread. The log is reset after this, and the marker is cleared after that. */
  @Override
  public synchronized void install(SnapshotDescriptor snapshot) {
    var arrived = Objects.requireNonNull(received, "the core installs what has not arrived");
    Invariant.check(
        arrived.manifest().descriptor().equals(snapshot),
        "the core installs %s, but %s has arrived",
        snapshot,
        arrived.manifest().descriptor());
    received = null;
    installing = true;
    try {
      parts.marker().set(snapshot.position());
      var directory = installer.install(arrived);
      var store = MvccStore.open(parts.files().engines().open(directory), parts.storeConfig());
      Invariant.check(
          store.applied().equals(snapshot.position()),
          "the installed store stands at %s instead of %s",
          store.applied(),
          snapshot.position());
      parts.store().replace(store, this::cleanUp);
      log.info(
          "installed snapshot index={} term={} revision={}",
          snapshot.position().index(),
          snapshot.position().term(),
          store.revision());
    } catch (IOException e) {
      throw new UncheckedIOException("the snapshot cannot be installed", e);
    }
  }

  /** The old store is closed: its files, and the rest of the transfer, may go. */
  private synchronized void cleanUp() {
    try {
      installer.cleanUp();
    } catch (IOException e) {
      log.warn("cannot clear away an old store reason={}", e.getMessage());
    }
    installing = false;
  }
}
