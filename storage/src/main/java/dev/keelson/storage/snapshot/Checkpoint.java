package dev.keelson.storage.snapshot;

import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.function.Function;

/**
 * A store as it was at one applied position, in a directory of its own that shares its files with
 * the live one. Deleted when closed.
 */
public final class Checkpoint implements AutoCloseable {
  private final Disk disk;
  private final Path directory;
  private final SnapshotSource source;

  private Checkpoint(Disk disk, Path directory, SnapshotSource source) {
    this.disk = disk;
    this.directory = directory;
    this.source = source;
  }

  /**
   * Takes a checkpoint while the store goes on. Flushes, then reads every file once for its
   * checksum: not for the apply thread.
   *
   * @param directory must not exist; see {@link StateDirectory#newCheckpoint}
   * @param configuration finds the members in what the server keeps beside the keys
   */
  public static Checkpoint take(
      MvccStore store,
      Disk disk,
      Path directory,
      EngineFactory engines,
      Function<MvccStore, Configuration> configuration)
      throws IOException {
    store.checkpoint(directory);
    // The store went on meanwhile: only the copy itself knows where it stands.
    try (var copy = MvccStore.open(engines.openReadOnly(directory), MvccConfig.defaults())) {
      var descriptor = new SnapshotDescriptor(copy.applied(), configuration.apply(copy));
      var files = new ArrayList<SnapshotManifest.Entry>();
      for (String name : disk.list(directory)) {
        if (engines.isData(name)) {
          Path file = directory.resolve(name);
          long size = SnapshotFiles.size(disk, file);
          files.add(new SnapshotManifest.Entry(name, size, SnapshotFiles.checksum(disk, file)));
        }
      }
      var manifest = new SnapshotManifest(descriptor, copy.revision(), files);
      return new Checkpoint(disk, directory, new SnapshotSource(disk, directory, manifest));
    }
  }

  public SnapshotManifest manifest() {
    return source.manifest();
  }

  public SnapshotSource source() {
    return source;
  }

  @Override
  public void close() throws IOException {
    disk.deleteTree(directory);
  }
}
