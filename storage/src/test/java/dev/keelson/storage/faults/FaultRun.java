package dev.keelson.storage.faults;

import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import dev.keelson.storage.snapshot.Checkpoint;
import dev.keelson.storage.snapshot.SnapshotSource;
import dev.keelson.storage.snapshot.StateDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One run of a member over a disk with a fault, and what is wrong after it. The same calls each
 * time: votes, appends, flushes, releases, a snapshot, two more at once, a restart.
 */
final class FaultRun {
  /** What ends the life of the process after the fault. */
  enum End {
    KILLED,
    NOTHING_UNSYNCED_SURVIVES,
    ANYTHING_UNSYNCED_SURVIVES
  }

  /** Makes the member, sound or not. */
  @FunctionalInterface
  interface MemberKind {
    StoredMember open(Disk disk, StoredMember.Promises promises) throws IOException;
  }

  private final MemberKind kind;
  private final List<SnapshotSource> sources;

  FaultRun(MemberKind kind) throws IOException {
    this(kind, true);
  }

  /**
   * Runs of one kind of member.
   *
   * @param wholeSnapshots whether snapshots hold what the server keeps beside the keys
   */
  FaultRun(MemberKind kind, boolean wholeSnapshots) throws IOException {
    this.kind = kind;
    this.sources = List.of(source(30, wholeSnapshots), source(45, true), source(50, true));
  }

  private static SnapshotSource source(long index, boolean whole) throws IOException {
    var disk = new SimulatedDisk(index);
    var state = StateDirectory.open(disk, Path.of("/leader"));
    var engines = new MemoryEngines(disk);
    var store = MvccStore.open(engines.open(state.live()), MvccConfig.defaults());
    for (long next = 1; next <= index; next++) {
      StoredMember.apply(store, StoredMember.entry(next));
      if (next % 8 == 0) {
        store.flush();
      }
    }
    if (!whole) {
      store.putMeta(StoredMember.MEMBERS, StoredMember.bytes("forgotten"));
      store.commitBatch(store.applied());
    }
    var voters = Configuration.ofVoters(Set.of(1L));
    return Checkpoint.take(store, disk, state.newCheckpoint(), engines, _ -> voters).source();
  }

  /** Changing operations of a run without a fault. */
  long operations() throws IOException {
    var disk = new SimulatedDisk(1);
    var failed = live(disk, new StoredMember.Promises());
    if (failed.isPresent()) {
      throw new IOException("a run without a fault failed: " + failed.get());
    }
    return disk.operations();
  }

  /** Faults found after the run; empty if all is as it was promised. */
  List<String> faultsAfter(FaultPlan plan, End end, long seed) {
    var disk = new SimulatedDisk(seed);
    var promises = new StoredMember.Promises();
    disk.inject(plan);
    try {
      var failed = live(disk, promises);
      endLife(disk, end);
      var found = new ArrayList<>(afterRestart(disk, promises, seed % 2 == 0));
      // What recovery trusted must be on the disk: also after a loss of power right now.
      disk.powerLoss(Survival.NOTHING);
      found.addAll(afterRestart(disk, promises, true));
      found.replaceAll(fault -> fault + failed.map(why -> " (after " + why + ")").orElse(""));
      return found;
    } catch (IOException | EngineException | UncheckedIOException e) {
      return List.of("does not start again: " + e);
    } catch (InvariantViolation e) {
      return List.of("broken: " + e);
    }
  }

  private static void endLife(SimulatedDisk disk, End end) {
    switch (end) {
      case KILLED -> disk.killProcess();
      case NOTHING_UNSYNCED_SURVIVES -> disk.powerLoss(Survival.NOTHING);
      case ANYTHING_UNSYNCED_SURVIVES -> disk.powerLoss(Survival.TORN);
    }
  }

  /** Why it stopped, if it did. */
  private Optional<String> live(SimulatedDisk disk, StoredMember.Promises promises) {
    try {
      var member = kind.open(disk, promises);
      for (int round = 0; round < 6; round++) {
        member.vote();
        member.append(4 + round % 2);
        if (round % 2 == 1) {
          member.flushAndRelease();
        }
        if (round == 2) {
          member.install(sources.get(0));
        }
        if (round == 4) {
          member.install(sources.get(1));
          member.install(sources.get(2));
          member.append(1);
          member.close();
          member = kind.open(disk, promises);
          member.applyTo(member.wal.lastIndex());
        }
        var wrong = member.storeFaults();
        if (!wrong.isEmpty()) {
          throw new InvariantViolation(wrong.toString());
        }
      }
      member.close();
      return Optional.empty();
    } catch (SimulatedCrash | IOException | EngineException | UncheckedIOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private List<String> afterRestart(
      SimulatedDisk disk, StoredMember.Promises promises, boolean flushes) throws IOException {
    var member = kind.open(disk, promises);
    var found = member.faults();
    if (found.isEmpty()) {
      // The leader goes on where it was: with the snapshot that the log does not reach.
      for (SnapshotSource source : sources) {
        if (source.manifest().descriptor().position().index() > member.wal.lastIndex()) {
          member.install(source);
          break;
        }
      }
      member.vote();
      member.append(2);
      if (flushes) {
        member.flushAndRelease();
      }
      found = member.faults();
    }
    member.close();
    return found;
  }
}
