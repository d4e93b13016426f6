package dev.keelson.storage.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.faults.FaultRun.End;
import dev.keelson.storage.faults.FaultRun.MemberKind;
import dev.keelson.storage.faults.StoredMember.Promises;
import dev.keelson.storage.mvcc.engine.KvEngine;
import dev.keelson.storage.snapshot.ReceivedSnapshot;
import dev.keelson.storage.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Planted mistakes: the runs of {@link StorageFaultsTest} must see each of them (reliability.md
 * 2.7). A mutant that survives means that those runs prove nothing.
 */
@Tag("mutants")
class StorageMutantsTest {

  static Stream<Arguments> mutants() throws IOException {
    return Stream.of(
        mutant("18: the applied index is durable before its data", PositionFirst::new),
        mutant("19: the log is cut by the applied index, not the flushed one", CutTooEarly::new),
        mutant("22: the store is flushed ahead of the log", FlushedAhead::new),
        mutant("31: a failed sync is ignored", over(SyncFailure.IGNORED)),
        mutant("32: a failed sync is repeated on the same file", over(SyncFailure.REPEATED)),
        mutant("33: a directory is not synced after a rename", over(SyncFailure.NO_DIRECTORIES)),
        mutant("37: a snapshot is installed before it is complete", InstalledTooEarly::new),
        mutant("38: the old store stays visible after a snapshot", OldStoreVisible::new),
        Arguments.of(
            "39: a snapshot without what stands beside the keys",
            new FaultRun(StoredMember::new, false)),
        mutant("40: the second of two snapshots is not announced", OneMarkerForTwo::new),
        mutant("42: what rewrites the store loses what came last", LosesTheLast::new),
        mutant("1, 3: an answer leaves before the sync", NoSync::new));
  }

  private static Arguments mutant(String name, MemberKind kind) throws IOException {
    return Arguments.of(name, new FaultRun(kind));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void isKilled(String name, FaultRun run) {
    assertThat(isKilled(run)).as(name).isTrue();
  }

  private static boolean isKilled(FaultRun run) {
    for (long operation = 0; operation < 400; operation++) {
      for (Verdict verdict : List.of(Verdict.FAIL, Verdict.CRASH_BEFORE, Verdict.CRASH_AFTER)) {
        for (End end : End.values()) {
          var plan = FaultPlan.at(operation, verdict);
          if (!run.faultsAfter(plan, end, operation).isEmpty()) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** As if the position were kept elsewhere, and flushed in its own time. */
  private static final class PositionFirst extends StoredMember {
    PositionFirst(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    void applyTo(long index) {
      for (long next = store.applied().index() + 1; next <= index; next++) {
        var entry = wal.read(next, next + 1, Long.MAX_VALUE).getFirst();
        store.commitBatch(entry.position());
        if (next == index) {
          store.flush();
        }
        apply(store, entry);
      }
    }
  }

  private static final class CutTooEarly extends StoredMember {
    CutTooEarly(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    void flushAndRelease() throws IOException {
      wal.release(store.applied().index());
      store.flush();
    }
  }

  private static final class FlushedAhead extends StoredMember {
    FlushedAhead(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    void sync() throws IOException {
      applyTo(wal.lastIndex());
      store.flush();
      super.sync();
    }
  }

  private static final class NoSync extends StoredMember {
    NoSync(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    void sync() {}
  }

  private static final class InstalledTooEarly extends StoredMember {
    InstalledTooEarly(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    ReceivedSnapshot receive(SnapshotSource source) throws IOException {
      var receiver = state.receive(source.manifest().encode());
      Path files = ROOT.resolve("state").resolve("incoming");
      while (!receiver.isComplete()) {
        receiver.accept(source.read(receiver.next(), 600).orElseThrow());
      }
      // All bytes were handed over, but not one of them is known to be durable or right.
      return new ReceivedSnapshot(receiver.manifest(), files);
    }
  }

  private static final class OldStoreVisible extends StoredMember {
    OldStoreVisible(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    void install(SnapshotSource source) throws IOException {
      var position = source.manifest().descriptor().position();
      // The position moves, the data does not yet.
      store.commitBatch(position);
      if (!storeFaults().isEmpty()) {
        throw new InvariantViolation("a mixture of two stores is served");
      }
      super.install(source);
    }
  }

  private static final class OneMarkerForTwo extends StoredMember {
    private boolean marked;

    OneMarkerForTwo(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    void mark(LogPosition position) throws IOException {
      if (!marked) {
        marked = true;
        super.mark(position);
      } else {
        super.mark(LogPosition.ZERO);
      }
    }
  }

  private static final class LosesTheLast extends StoredMember {
    LosesTheLast(Disk disk, Promises promises) throws IOException {
      super(disk, promises);
    }

    @Override
    KvEngine engine(KvEngine opened) {
      return new ForgetfulEngine(opened);
    }
  }

  private enum SyncFailure {
    IGNORED,
    REPEATED,
    NO_DIRECTORIES
  }

  private static MemberKind over(SyncFailure failure) {
    return (disk, promises) -> new StoredMember(new MutantDisk(disk, failure), promises);
  }

  /** A door to the disk that handles its failures as one must not. */
  private record MutantDisk(Disk disk, SyncFailure mutation) implements Disk {
    @Override
    public DiskFile open(Path file, Mode mode) throws IOException {
      return new MutantFile(disk.open(file, mode), mutation);
    }

    @Override
    public boolean exists(Path path) throws IOException {
      return disk.exists(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
      return disk.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
      disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      disk.rename(from, to);
    }

    @Override
    public void link(Path existing, Path added) throws IOException {
      disk.link(existing, added);
    }

    @Override
    public void delete(Path file) throws IOException {
      disk.delete(file);
    }

    @Override
    public void deleteTree(Path directory) throws IOException {
      disk.deleteTree(directory);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      if (mutation != SyncFailure.NO_DIRECTORIES) {
        disk.syncDirectory(directory);
      }
    }

    @Override
    public long usableBytes(Path path) throws IOException {
      return disk.usableBytes(path);
    }

    @Override
    public AutoCloseable lock(Path file) throws IOException {
      return disk.lock(file);
    }
  }

  private record MutantFile(DiskFile file, SyncFailure mutation) implements DiskFile {
    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      file.write(source, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void syncData() throws IOException {
      try {
        file.syncData();
      } catch (IOException e) {
        switch (mutation) {
          case IGNORED -> {}
          case REPEATED -> file.syncData();
          case NO_DIRECTORIES -> throw e;
        }
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
