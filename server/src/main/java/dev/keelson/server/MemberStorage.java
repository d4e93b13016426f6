package dev.keelson.server;

import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.MemberRegister;
import dev.keelson.server.cluster.MemberFile;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.snapshot.InstallMarker;
import dev.keelson.server.snapshot.OutgoingSnapshots;
import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.KvEngine;
import dev.keelson.storage.snapshot.StateDirectory;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalConfig;
import dev.keelson.storage.wal.WalIdentity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;

/** Everything of a member that is on disk: opened together, checked against each other. */
final class MemberStorage implements AutoCloseable {
  private static final int MAX_OPEN_FILES = 1_024;
  private static final int BACKGROUND_JOBS = 2;

  private final Closing closing;
  private final ServerIdentity identity;
  private final LiveStore store;
  private final Wal wal;
  private final OutgoingSnapshots.Files files;
  private final InstallMarker marker;
  private final Verdict verdict;
  private boolean walTaken;

  private MemberStorage(
      Closing closing,
      ServerIdentity identity,
      LiveStore store,
      Wal wal,
      OutgoingSnapshots.Files files,
      InstallMarker marker,
      Verdict verdict) {
    this.closing = closing;
    this.identity = identity;
    this.store = store;
    this.wal = wal;
    this.files = files;
    this.marker = marker;
    this.verdict = verdict;
  }

  /**
   * Opens a member's data, or begins it in an empty directory.
   *
   * @throws StartException if the data is not this member's, is in use, or cannot be trusted;
   *     nothing was changed then
   */
  static MemberStorage open(
      ServerConfig config, MemberTuning tuning, MemberCore.Surroundings around)
      throws StartException {
    var closing = new Closing();
    try {
      return open(config, tuning, around, closing);
    } catch (IOException | EngineException e) {
      closing.close();
      String said = describe(e, config.identity().dataDir());
      throw DamagedDataException.isTold(e)
          ? DamagedDataException.of(e, said)
          : new StartException(said, e);
    } catch (RuntimeException | StartException e) {
      closing.close();
      throw e;
    }
  }

  private static MemberStorage open(
      ServerConfig config, MemberTuning tuning, MemberCore.Surroundings around, Closing closing)
      throws IOException, StartException {
    var disk = around.disk();
    var directory = config.identity().dataDir();
    // Asked before the lock is taken: a directory that is not ours must not even get a lock file.
    MemberFile.read(disk, directory);
    closing.add(DataDirectoryLock.take(disk, directory));
    // What the process before us wrote or deleted here is trusted from now on, so that it must not
    // be undone by a loss of power: an install marker that comes back would empty the log.
    disk.syncDirectory(directory);
    var verdict = new Verdict(disk, directory);
    verdict.requireNone();
    Optional<MemberFile> existing = MemberFile.read(disk, directory);
    var entering = existing.isEmpty() ? Optional.of(enter(config, around)) : noEntry();
    var self =
        existing.isPresent() ? existing.get() : MemberFile.read(disk, directory).orElseThrow();
    var state = StateDirectory.open(disk, directory.resolve("state"));
    var engines = around.engines();
    var store = openStore(engines.open(state.live()), config, entering, tuning, around);
    closing.add(store);
    requireOwnData(self, store.members().table(), config);
    var identity = self.identity();
    var walIdentity = new WalIdentity(identity.clusterId(), identity.memberId());
    DataDirectoryLock.createDurably(disk, config.identity().walDir());
    var wal = Wal.open(disk, config.identity().walDir(), walIdentity, walConfig(config, tuning));
    var marker = new InstallMarker(disk, directory);
    var storage =
        new MemberStorage(
            closing,
            identity,
            store,
            wal,
            new OutgoingSnapshots.Files(disk, state, engines),
            marker,
            verdict);
    closing.add(storage::closeWalUnlessTaken);
    completeInstallation(marker, wal, store.current().applied());
    requireMatch(wal, store.current().applied(), directory);
    return storage;
  }

  private static Optional<ClusterEntry> noEntry() {
    return Optional.empty();
  }

  private static ClusterEntry enter(ServerConfig config, MemberCore.Surroundings around)
      throws StartException, IOException {
    var entry = ClusterEntry.of(config, around.random(), around.survey());
    new MemberFile(entry.identity(), config.identity().name())
        .write(around.disk(), config.identity().dataDir());
    return entry;
  }

  private static LiveStore openStore(
      KvEngine engine,
      ServerConfig config,
      Optional<ClusterEntry> entering,
      MemberTuning tuning,
      MemberCore.Surroundings around)
      throws StartException {
    var store = MvccStore.open(engine, tuning.store());
    var known = MemberRegister.load(store);
    var members = known.isPresent() ? known.get() : begin(store, config, entering, around);
    return new LiveStore(
        store,
        members,
        around.workers(),
        cause -> around.events().memberFailed("keelson-compact", cause));
  }

  /** An earlier start may have died between the two files: then nobody has been told of us yet. */
  private static MemberRegister begin(
      MvccStore store,
      ServerConfig config,
      Optional<ClusterEntry> entering,
      MemberCore.Surroundings around)
      throws StartException {
    var entry =
        entering.isPresent()
            ? entering.get()
            : ClusterEntry.of(config, around.random(), around.survey());
    var created = MemberRegister.create(store, entry.birth());
    store.commitBatch(LogPosition.ZERO);
    store.flush();
    return created;
  }

  static EngineConfig engineConfig(ServerConfig config) {
    return new EngineConfig(
        config.resources().blockCacheBytes(),
        config.resources().memtableBytes(),
        MAX_OPEN_FILES,
        BACKGROUND_JOBS,
        false);
  }

  private static WalConfig walConfig(ServerConfig config, MemberTuning tuning) {
    return tuning
        .log()
        .withSegmentBytes(Math.toIntExact(config.resources().walSegmentBytes()))
        .withTailBytes(config.resources().walCacheBytes());
  }

  /** Flags tell how a cluster is born; afterwards the data says who its owner is. */
  private static void requireOwnData(MemberFile self, MemberTable table, ServerConfig config)
      throws StartException {
    long id = self.identity().memberId();
    if (table.isRemoved(id)) {
      throw new RemovedException(
          "member %x was removed from the cluster for good; delete %s before the member is added"
                  .formatted(id, config.identity().dataDir())
              + " again");
    }
    var member = table.find(id);
    var advertised = ClusterEntry.ownPeerUrls(config);
    // Who has been added may not have heard of it by the log yet, nor of another address.
    boolean known =
        member.isEmpty()
            || self.name().equals(config.identity().name())
            || member.get().peerUrls().stream().anyMatch(advertised::contains);
    if (!known) {
      throw new StartException(
          "%s belongs to member '%s' with peer URLs %s; this member is told to be '%s' with %s"
              .formatted(
                  config.identity().dataDir(),
                  self.name(),
                  String.join(",", member.get().peerUrls()),
                  config.identity().name(),
                  String.join(",", advertised)));
    }
  }

  /** A crash may have come between the switch of the store and the reset of the log. */
  private static void completeInstallation(InstallMarker marker, Wal wal, LogPosition applied)
      throws IOException {
    var installing = marker.get();
    if (installing.isPresent() && installing.get().equals(applied)) {
      var old = wal.hardState();
      wal.reset(applied, new HardState(old.term(), old.votedFor(), applied.index()));
    }
    marker.clear();
  }

  /** The store is never ahead of the log (anchor 4), and the log reaches back to the store. */
  private static void requireMatch(Wal wal, LogPosition applied, Path directory)
      throws StartException {
    boolean reaches = applied.index() >= wal.base().index() && applied.index() <= wal.lastIndex();
    if (!reaches || wal.termAt(applied.index()) != applied.term()) {
      throw new DamagedDataException(
          ("%s: the store has applied entry %d of term %d, the log holds %d to %d: a part of the"
                  + " data was lost or exchanged")
              .formatted(
                  directory, applied.index(), applied.term(), wal.firstIndex(), wal.lastIndex()));
    }
  }

  private static String describe(Exception e, Path directory) {
    return switch (e) {
      case Disk.DirectoryLockedException locked ->
          directory + " is in use by another process; stop it or name another --data-dir";
      case AccessDeniedException denied ->
          "no permission for %s in the data directory %s".formatted(denied.getFile(), directory);
      case FileSystemException failed when failed.getReason() != null ->
          "the data directory %s cannot be used: %s: %s"
              .formatted(directory, failed.getFile(), failed.getReason());
      default -> String.valueOf(e.getMessage());
    };
  }

  ServerIdentity identity() {
    return identity;
  }

  LiveStore store() {
    return store;
  }

  OutgoingSnapshots.Files files() {
    return files;
  }

  InstallMarker marker() {
    return marker;
  }

  Verdict verdict() {
    return verdict;
  }

  Wal wal() {
    return wal;
  }

  /** The log, to be closed by the caller from now on. */
  Wal takeWal() {
    walTaken = true;
    return wal;
  }

  private void closeWalUnlessTaken() throws IOException {
    if (!walTaken) {
      wal.close();
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}
