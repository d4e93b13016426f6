package dev.keelson.storage.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.faults.FaultRun.End;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Log, store and snapshots together, with a fault at each operation of the disk in turn. */
@Tag("DU-ack")
@Tag("DU-vote")
class StorageFaultsTest {
  private final FaultRun run = new FaultRun(StoredMember::new);

  StorageFaultsTest() throws IOException {}

  @Tag("snap-crash")
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aCrashAtAnyOperationLosesNothingPromised(End end) throws IOException {
    long operations = run.operations();
    for (long operation = 0; operation < operations; operation++) {
      for (Verdict verdict : List.of(Verdict.CRASH_BEFORE, Verdict.CRASH_AFTER)) {
        var plan = FaultPlan.at(operation, verdict);
        assertThat(run.faultsAfter(plan, end, operation))
            .as("%s at operation %d", verdict, operation)
            .isEmpty();
      }
    }
  }

  /** Each sync in turn, of whichever file: the log, the store, a snapshot, a pointer, a marker. */
  @Tag("fsync-wal")
  @Tag("fsync-store")
  @Tag("fsync-snapshot")
  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"FAIL", "FULL"})
  void anOperationThatFailsOnceOrForGoodLosesNothingPromised(Verdict verdict) throws IOException {
    long operations = run.operations();
    for (long operation = 0; operation < operations; operation++) {
      long first = operation;
      FaultPlan once = FaultPlan.at(first, verdict);
      FaultPlan forGood = (number, _, _) -> number >= first ? verdict : Verdict.PROCEED;
      for (FaultPlan plan : List.of(once, forGood)) {
        for (End end : List.of(End.KILLED, End.ANYTHING_UNSYNCED_SURVIVES)) {
          assertThat(run.faultsAfter(plan, end, operation))
              .as("%s at operation %d, %s", verdict, operation, end)
              .isEmpty();
        }
      }
    }
  }

  @Test
  void everyKindOfFileIsSyncedInTheRun() throws IOException {
    var kinds = new TreeMap<String, Integer>();
    run.faultsAfter(
        (_, operation, path) -> {
          if (operation == Operation.SYNC) {
            kinds.merge(kindOf(path), 1, Integer::sum);
          }
          return Verdict.PROCEED;
        },
        End.KILLED,
        1);
    assertThat(kinds)
        .containsKeys("segment", "CURRENT", "MANIFEST", "data", "incoming", "INSTALLING");
  }

  private static String kindOf(Path path) {
    String name = path.getFileName().toString();
    if (path.toString().contains("incoming")) {
      return "incoming";
    }
    if (name.endsWith(".data")) {
      return "data";
    }
    return path.startsWith(StoredMember.ROOT.resolve("wal")) ? "segment" : name.replace(".new", "");
  }

  @Test
  @Tag("restart-idem")
  void twoHundredRestartsChangeNothing() throws IOException {
    var disk = new SimulatedDisk(1);
    var promises = new StoredMember.Promises();
    var first = new StoredMember(disk, promises);
    first.vote();
    first.append(20);
    first.flushAndRelease();
    first.append(3);
    first.close();
    new StoredMember(disk, promises).close();
    long used = disk.usedBytes();
    List<String> files = filesOf(disk, StoredMember.ROOT);
    for (int i = 0; i < 200; i++) {
      var member = new StoredMember(disk, promises);
      assertThat(member.faults()).isEmpty();
      assertThat(member.wal.hardState().term()).isEqualTo(1);
      assertThat(member.store.revision()).isEqualTo(24);
      member.close();
    }
    assertThat(filesOf(disk, StoredMember.ROOT)).isEqualTo(files);
    assertThat(disk.usedBytes()).isEqualTo(used);
  }

  private static List<String> filesOf(SimulatedDisk disk, Path directory) throws IOException {
    var found = new ArrayList<String>();
    for (String name : disk.list(directory)) {
      found.add(directory + "/" + name);
      Path child = directory.resolve(name);
      if (!name.contains(".") && !name.equals("MANIFEST") && !name.equals("CURRENT")) {
        found.addAll(filesOf(disk, child));
      }
    }
    return found;
  }
}
