package dev.keelson.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every state that a run of appends, conflicts, rolls, resets, releases and votes can leave when it
 * is stopped: after each operation of the file system, and within each write after every byte.
 */
@Tag("wal-every-byte")
@Tag("DU-ack")
@Tag("DU-vote")
class WalEveryByteTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final WalConfig TINY =
      WalConfig.DEFAULT.withSegmentBytes(2000).withAllocationBytes(512).withTailBytes(500);
  private static final int STEPS = Integer.getInteger("keelson.steps", 40);

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null
        ? LongStream.of(pinned)
        : LongStream.range(0, Long.getLong("keelson.seeds", 2));
  }

  /** What is on the disk before an operation, and what the log may then be. */
  private record Moment(Operation operation, Map<Path, byte[]> files, List<LogState> possible) {

    /** The file whose content the operation changes; it may have been renamed since its opening. */
    Path written(Moment next) {
      return next.files().entrySet().stream()
          .filter(file -> !Arrays.equals(file.getValue(), files.get(file.getKey())))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse(DIRECTORY);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyCutOfEveryWriteIsRecoveredToAPromisedState(long seed) throws IOException {
    List<Moment> moments = record(seed);
    int states = 0;
    for (int i = 0; i + 1 < moments.size(); i++) {
      Moment now = moments.get(i);
      check(now.files(), now.possible(), "before operation " + i);
      states++;
      if (now.operation() != Operation.WRITE) {
        continue;
      }
      Path written = now.written(moments.get(i + 1));
      byte[] before = now.files().getOrDefault(written, new byte[0]);
      byte[] after = moments.get(i + 1).files().getOrDefault(written, new byte[0]);
      // The state after an append is possible from the moment its write begins.
      List<LogState> possible = moments.get(i + 1).possible();
      for (int cut = Arrays.mismatch(before, after) + 1; cut > 0 && cut < after.length; cut++) {
        // Bytes that stay as they are make no other state.
        boolean sameAsBefore = cut <= before.length && before[cut - 1] == after[cut - 1];
        boolean zeroAsBefore = cut > before.length && after[cut - 1] == 0 && cut % 64 != 0;
        if (sameAsBefore || zeroAsBefore) {
          continue;
        }
        byte[] torn = Arrays.copyOf(before, Math.max(before.length, cut));
        System.arraycopy(after, 0, torn, 0, cut);
        var files = new LinkedHashMap<>(now.files());
        files.put(written, torn);
        check(files, possible, "operation " + i + " cut at " + cut);
        states++;
      }
    }
    assertThat(states).isGreaterThan(2_000);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aRecoveryStoppedAtAnyOfItsOperationsChangesNothing(long seed) throws IOException {
    List<Moment> moments = record(seed);
    int stops = 0;
    for (int i = 0; i + 1 < moments.size(); i++) {
      Moment now = moments.get(i);
      var files = new LinkedHashMap<>(now.files());
      Path written = now.written(moments.get(i + 1));
      byte[] before = now.files().getOrDefault(written, new byte[0]);
      byte[] after = moments.get(i + 1).files().getOrDefault(written, new byte[0]);
      if (now.operation() == Operation.WRITE && after.length > 0) {
        int from = Math.max(0, Arrays.mismatch(before, after));
        files.put(written, Arrays.copyOf(after, from + (after.length - from) / 3));
      }
      for (int stop = 0; ; stop++) {
        SimulatedDisk disk = diskWith(files, i);
        disk.inject(FaultPlan.at(disk.operations() + stop, Verdict.CRASH_AFTER));
        try {
          open(disk);
          break;
        } catch (SimulatedCrash e) {
          stops++;
        }
        disk.powerLoss(stop % 2 == 0 ? Survival.TORN : Survival.NOTHING);
        LogState recovered = LogState.of(open(disk));
        assertThat(moments.get(i + 1).possible())
            .as("operation %d, recovery stopped at %d: %s", i, stop, recovered)
            .anyMatch(state -> state.isStoodForBy(recovered));
      }
    }
    assertThat(stops).isGreaterThan(500);
  }

  private static List<Moment> record(long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    var workload = new LogWorkload(seed, LogState.EMPTY);
    var moments = new ArrayList<Moment>();
    disk.inject(
        (_, operation, _) -> {
          moments.add(moment(disk, operation, workload));
          return Verdict.PROCEED;
        });
    try (Wal wal = open(disk)) {
      workload.run(wal, STEPS);
    }
    moments.add(moment(disk, Operation.SYNC, workload));
    return moments;
  }

  private static Moment moment(SimulatedDisk disk, Operation operation, LogWorkload workload) {
    try {
      var files = new LinkedHashMap<Path, byte[]>();
      for (String name : disk.list(DIRECTORY)) {
        files.put(DIRECTORY.resolve(name), disk.contents(DIRECTORY.resolve(name)));
      }
      return new Moment(operation, files, List.copyOf(workload.possible()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SimulatedDisk diskWith(Map<Path, byte[]> files, long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    disk.createDirectories(DIRECTORY);
    disk.syncDirectory(Path.of("/"));
    for (var file : files.entrySet()) {
      disk.plant(file.getKey(), file.getValue());
    }
    return disk;
  }

  /** One of the states, twice the same, and durable when the log is open. */
  private static void check(Map<Path, byte[]> files, List<LogState> possible, String when)
      throws IOException {
    SimulatedDisk disk = diskWith(files, 1);
    LogState recovered = LogState.of(open(disk));
    assertThat(possible)
        .as("%s: %s", when, recovered)
        .anyMatch(state -> state.isStoodForBy(recovered));
    disk.powerLoss(Survival.NOTHING);
    assertThat(LogState.of(open(disk))).as("%s, again", when).isEqualTo(recovered);
  }

  private static Wal open(SimulatedDisk disk) throws IOException {
    return Wal.open(disk, DIRECTORY, IDENTITY, TINY);
  }
}
