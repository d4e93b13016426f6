package dev.keelson.storage.mvcc.engine;

import dev.keelson.raft.Invariant;
import dev.keelson.storage.disk.PosixDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB without its own log: the replicated log is the log. All families are flushed together
 * (atomic flush), so that a crash leaves a state between two batches (anchor 4).
 */
public final class RocksEngine implements KvEngine {
  private static final String CREATING = ".creating";

  private final Path directory;
  private final RocksResources resources;
  private final RocksDB db;
  private final List<ColumnFamilyHandle> handles;
  private final ReadOptions newest = new ReadOptions();
  private final ReadOptions durable = new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER);
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  // Native memory may go only after its last user: the owner counts one, each snapshot one.
  private final AtomicInteger users = new AtomicInteger(1);

  private RocksEngine(
      Path directory, RocksResources resources, RocksDB db, List<ColumnFamilyHandle> handles) {
    this.directory = directory;
    this.resources = resources;
    this.db = db;
    this.handles = List.copyOf(handles);
  }

  /**
   * Opens the database in a directory, and makes one only where there is no directory or an empty
   * one: a database that lost a file is refused, never started afresh.
   */
  public static RocksEngine open(Path directory, EngineConfig config) {
    if (isFresh(directory)) {
      create(directory, config);
    }
    var resources = RocksResources.allocate(config);
    try {
      // A database of an earlier version lacks the families that came later. Those it has are named
      // in its manifest: losing one is losing a file.
      resources.options().setCreateIfMissing(false).setCreateMissingColumnFamilies(true);
      return open(
              directory,
              resources,
              (descriptors, handles) ->
                  RocksDB.open(resources.options(), directory.toString(), descriptors, handles))
          .whole();
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /**
   * Makes a database in a directory beside, which then takes the place of the empty one: a crash on
   * the way leaves no half of one, which could not be told from one that lost a file.
   */
  private static void create(Path directory, EngineConfig config) {
    Path beside = directory.resolveSibling(directory.getFileName() + CREATING);
    try {
      var disk = new PosixDisk();
      disk.deleteTree(beside);
      disk.createDirectories(beside);
      createIn(beside, config);
      disk.rename(beside, directory);
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null) {
        disk.syncDirectory(parent);
      }
    } catch (IOException e) {
      throw new EngineException("cannot create the store in " + directory + ": " + e, e);
    }
  }

  private static void createIn(Path directory, EngineConfig config) {
    var resources = RocksResources.allocate(config);
    try {
      resources.options().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
      open(
              directory,
              resources,
              (descriptors, handles) ->
                  RocksDB.open(resources.options(), directory.toString(), descriptors, handles))
          .close();
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /** Opens a database to look at it: nothing in the directory changes, and writes fail. */
  public static RocksEngine openReadOnly(Path directory, EngineConfig config) {
    var resources = RocksResources.allocate(config);
    try {
      return open(
          directory,
          resources,
          (descriptors, handles) ->
              RocksDB.openReadOnly(
                  resources.options(), directory.toString(), descriptors, handles));
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  private interface Opening {
    RocksDB open(List<ColumnFamilyDescriptor> descriptors, List<ColumnFamilyHandle> handles)
        throws RocksDBException;
  }

  private static RocksEngine open(Path directory, RocksResources resources, Opening opening) {
    var descriptors = new ArrayList<ColumnFamilyDescriptor>();
    for (Family family : Family.byNumber()) {
      byte[] name = family.engineName().getBytes(StandardCharsets.UTF_8);
      descriptors.add(new ColumnFamilyDescriptor(name, resources.familyOptions(family)));
    }
    var handles = new ArrayList<ColumnFamilyHandle>();
    RocksDB db;
    try {
      db = opening.open(descriptors, handles);
    } catch (RocksDBException e) {
      String said = "cannot open the store in " + directory + ": " + e.getMessage();
      throw isDamage(e) ? EngineException.damaged(said, e) : new EngineException(said, e);
    }
    for (Family family : Family.byNumber()) {
      // A batch names families by number.
      int id = handles.get(family.number()).getID();
      Invariant.check(id == family.number(), "family %s has number %d", family, id);
    }
    return new RocksEngine(directory, resources, db, handles);
  }

  private static boolean isDamage(RocksDBException e) {
    String said = String.valueOf(e.getMessage());
    var status = e.getStatus();
    return (status != null && status.getCode() == Status.Code.Corruption)
        || said.contains("No such file")
        || said.contains("does not exist");
  }

  /**
   * Itself, unless a file is missing or cut: the database looks only into those it reads, and may
   * serve for days before it gets to the damage (kv-files).
   */
  private RocksEngine whole() {
    try {
      db.disableFileDeletions(); // a compaction that ends meanwhile must not look like a loss
      for (var file : db.getLiveFilesMetaData()) {
        check(directory.resolve(file.fileName().substring(1)), file.size());
      }
      db.enableFileDeletions();
      return this;
    } catch (RocksDBException e) {
      close();
      throw new EngineException("cannot list the files of " + directory, e);
    } catch (EngineException e) {
      close();
      throw e;
    }
  }

  private static void check(Path file, long expectedBytes) {
    long bytes;
    try {
      bytes = Files.size(file);
    } catch (IOException e) {
      throw EngineException.damaged("the store's file " + file + " is missing or unreadable", e);
    }
    if (bytes != expectedBytes) {
      throw EngineException.damaged(
          "the store's file %s has %d bytes instead of %d".formatted(file, bytes, expectedBytes));
    }
  }

  private static boolean isFresh(Path directory) {
    if (!Files.exists(directory)) {
      return true;
    }
    try (var entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw new EngineException("cannot list " + directory, e);
    }
  }

  @Override
  public Optional<byte[]> get(Family family, byte[] key) {
    return get(family, key, newest);
  }

  @Override
  public Optional<byte[]> getDurable(Family family, byte[] key) {
    return use(() -> get(family, key, durable));
  }

  private Optional<byte[]> get(Family family, byte[] key, ReadOptions options) {
    try {
      return Optional.ofNullable(db.get(handle(family), options, key));
    } catch (RocksDBException e) {
      throw new EngineException("read failed in " + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public EngineIterator iterate(Family family, byte[] from, byte[] to) {
    return new RocksCursor(this, family, newest, from, to);
  }

  @Override
  public void write(EngineBatch batch) {
    try (var nativeBatch = new WriteBatch(batch.serialized())) {
      db.write(unlogged, nativeBatch);
    } catch (RocksDBException e) {
      throw new EngineException("write failed in " + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public EngineSnapshot snapshot() {
    acquire();
    return new RocksSnapshot(this, true);
  }

  @Override
  public EngineSnapshot snapshotForScan() {
    acquire();
    return new RocksSnapshot(this, false);
  }

  @Override
  public List<EngineFile> files() {
    return use(
        () ->
            db.getLiveFilesMetaData().stream()
                .map(file -> new EngineFile(file.fileName().substring(1), file.size()))
                .toList());
  }

  @Override
  public void verify(EngineFile file) {
    Path path = directory.resolve(file.name());
    use(
        () -> {
          // Through a reader of its own: the blocks that the database has in memory prove nothing.
          try (var options = new Options();
              var reader = new SstFileReader(options)) {
            reader.open(path.toString());
            reader.verifyChecksum();
          } catch (RocksDBException e) {
            if (files().contains(file)) {
              String said =
                  "the store's file %s cannot be read: %s".formatted(path, e.getMessage());
              throw isDamage(e) ? EngineException.damaged(said, e) : new EngineException(said, e);
            }
          }
          return true;
        });
  }

  @Override
  public void flush() {
    use(
        () -> {
          try (var waiting = new FlushOptions().setWaitForFlush(true)) {
            db.flush(waiting, handles);
            return true;
          } catch (RocksDBException e) {
            throw new EngineException("flush failed in " + directory + ": " + e.getMessage(), e);
          }
        });
  }

  @Override
  public void checkpoint(Path target) {
    use(
        () -> {
          // Flushes first, as there is no log to copy.
          try (var checkpoint = Checkpoint.create(db)) {
            checkpoint.createCheckpoint(target.toString());
            return true;
          } catch (RocksDBException e) {
            throw new EngineException("no checkpoint in " + target + ": " + e.getMessage(), e);
          }
        });
  }

  @Override
  public EngineStats stats() {
    return use(
        () -> {
          try {
            long memtables = db.getAggregatedLongProperty("rocksdb.size-all-mem-tables");
            var memory =
                new EngineStats.Memory(
                    memtables,
                    resources.cacheBytes(),
                    db.getAggregatedLongProperty("rocksdb.estimate-table-readers-mem"));
            return new EngineStats(
                db.getAggregatedLongProperty("rocksdb.total-sst-files-size"),
                db.getAggregatedLongProperty("rocksdb.estimate-live-data-size") + memtables,
                memory);
          } catch (RocksDBException e) {
            throw new EngineException("no statistics of " + directory, e);
          }
        });
  }

  @Override
  public EngineWork work() {
    return use(
        () -> {
          try {
            return new EngineWork(
                db.getLiveFilesMetaData().size(),
                db.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes"),
                db.getLongProperty("rocksdb.num-running-compactions"),
                db.getLongProperty("rocksdb.num-running-flushes"),
                db.getLongProperty("rocksdb.actual-delayed-write-rate"));
          } catch (RocksDBException e) {
            throw new EngineException("no statistics of " + directory, e);
          }
        });
  }

  @Override
  public void close() {
    release();
  }

  RocksDB db() {
    return db;
  }

  ColumnFamilyHandle handle(Family family) {
    return handles.get(family.number());
  }

  Optional<byte[]> getAt(Family family, byte[] key, ReadOptions options) {
    return get(family, key, options);
  }

  private <T> T use(Supplier<T> work) {
    acquire();
    try {
      return work.get();
    } finally {
      release();
    }
  }

  private void acquire() {
    int before = users.getAndUpdate(count -> count == 0 ? 0 : count + 1);
    Invariant.check(before > 0, "the store in %s is closed", directory);
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      handles.forEach(ColumnFamilyHandle::close);
      newest.close();
      durable.close();
      unlogged.close();
      db.close();
      resources.close();
    }
  }
}
