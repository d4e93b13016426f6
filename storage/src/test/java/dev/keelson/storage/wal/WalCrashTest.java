package dev.keelson.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stops the machine, or fails the disk, at every single operation of random runs. */
class WalCrashTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final WalConfig TINY =
      WalConfig.DEFAULT.withSegmentBytes(3000).withAllocationBytes(1024).withTailBytes(500);
  private static final int STEPS = 80;
  private static final List<Survival> SURVIVALS = List.of(Survival.values());

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null
        ? LongStream.of(pinned)
        : LongStream.range(0, Long.getLong("keelson.seeds", 8));
  }

  @Tag("DU-ack")
  @Tag("wal-reorder")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void powerLossAtAnyOperationLeavesASyncedOrWrittenState(long seed) throws IOException {
    for (long operation = 0; operation < operationsOf(seed); operation++) {
      for (Verdict verdict : List.of(Verdict.CRASH_BEFORE, Verdict.CRASH_AFTER)) {
        var disk = new SimulatedDisk(seed * 31 + operation);
        LogWorkload workload = runUntilItStops(disk, seed, FaultPlan.at(operation, verdict));
        disk.powerLoss(SURVIVALS.get((int) ((seed + operation) % 3)));
        checkRecovered(disk, workload, operation + " " + verdict);
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void processKilledAtAnyOperationLeavesEverythingWritten(long seed) throws IOException {
    for (long operation = 0; operation < operationsOf(seed); operation++) {
      var disk = new SimulatedDisk(seed * 31 + operation);
      LogWorkload workload =
          runUntilItStops(disk, seed, FaultPlan.at(operation, Verdict.CRASH_BEFORE));
      disk.killProcess();
      checkRecovered(disk, workload, "kill at " + operation);
    }
  }

  /** After a failed sync the page cache shows what the disk has not: it must not be trusted. */
  @Tag("fsync-wal")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void failureOfAnyOperationStopsTheLogAndLosesNothingSynced(long seed) throws IOException {
    for (long operation = 0; operation < operationsOf(seed); operation++) {
      var disk = new SimulatedDisk(seed * 31 + operation);
      LogWorkload workload = runUntilItStops(disk, seed, FaultPlan.at(operation, Verdict.FAIL));
      disk.killProcess();
      checkRecovered(disk, workload, "failure at " + operation);
    }
  }

  @Tag("full-wal")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void fullDiskAtAnySizeStopsTheLogAndLosesNothingSynced(long seed) throws IOException {
    var full = new SimulatedDisk(seed);
    runUntilItStops(full, seed, FaultPlan.NONE);
    for (long limit = 1; limit < 3 * full.usedBytes(); limit += 97) {
      var disk = new SimulatedDisk(seed * 31 + limit);
      disk.limitTo(limit);
      LogWorkload workload = runUntilItStops(disk, seed, FaultPlan.NONE);
      disk.killProcess();
      checkRecovered(disk, workload, "full at " + limit);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void crashAtAnyOperationOfARecoveryChangesNothing(long seed) throws IOException {
    long stop = operationsOf(seed) * (seed % 7 + 1) / 8;
    long operation = 0;
    boolean complete = false;
    while (!complete) {
      var disk = new SimulatedDisk(seed);
      LogWorkload workload = runUntilItStops(disk, seed, FaultPlan.at(stop, Verdict.CRASH_BEFORE));
      disk.powerLoss(Survival.TORN);
      disk.inject(FaultPlan.at(disk.operations() + operation, Verdict.CRASH_BEFORE));
      try {
        open(disk);
        complete = true;
        disk.inject(FaultPlan.NONE);
      } catch (SimulatedCrash e) {
        disk.powerLoss(Survival.TORN);
      }
      checkRecovered(disk, workload, "recovery stopped at " + operation);
      operation++;
    }
    assertThat(operation).isGreaterThan(2);
  }

  private static long operationsOf(long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    runUntilItStops(disk, seed, FaultPlan.NONE);
    return disk.operations();
  }

  private static LogWorkload runUntilItStops(SimulatedDisk disk, long seed, FaultPlan faults) {
    disk.inject(faults);
    var workload = new LogWorkload(seed, LogState.EMPTY);
    try (Wal wal = open(disk)) {
      workload.run(wal, STEPS);
    } catch (SimulatedCrash | IOException e) {
      // The point of the exercise; what was promised until here is in the workload.
      assertThat(e).isNotNull();
    }
    return workload;
  }

  /** The state is a possible one, is durable at once, and the log can be used on. */
  private static void checkRecovered(SimulatedDisk disk, LogWorkload workload, String when)
      throws IOException {
    LogState recovered = LogState.of(open(disk));
    assertThat(workload.possible())
        .as("recovered %s after %s", recovered, when)
        .anyMatch(state -> state.isStoodForBy(recovered));
    disk.powerLoss(Survival.NOTHING);
    Wal again = open(disk);
    assertThat(LogState.of(again)).as("second recovery after %s", when).isEqualTo(recovered);
    var further = new LogWorkload(when.hashCode(), recovered);
    further.run(again, 10);
    again.close();
    disk.powerLoss(Survival.NOTHING);
    LogState last = LogState.of(open(disk));
    assertThat(further.newest().isStoodForBy(last)).as("later use after %s", when).isTrue();
  }

  private static Wal open(SimulatedDisk disk) throws IOException {
    return Wal.open(disk, DIRECTORY, IDENTITY, TINY);
  }
}
