package dev.keelson.storage.mvcc.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.InvariantViolation;
import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.MemoryDisk;
import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What no crash and no damage may do to the engine that simulations trust. */
class MemoryEngineTest {
  private static final Path STATE = Path.of("/member/state");
  private static final Path STORE = STATE.resolve("store");
  private static final List<Survival> SURVIVALS = List.of(Survival.values());
  private static final byte[] KEY = {1, 2, 3};

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 4);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aCrashAtAnyOperationLeavesTheLastFlushOrTheNext(long seed) throws IOException {
    int crashes = 0;
    for (int operation = 0; ; operation++) {
      var disk = emptyDisk(seed * 1_000 + operation);
      var run = new Run(seed);
      Verdict verdict = operation % 2 == 0 ? Verdict.CRASH_BEFORE : Verdict.CRASH_AFTER;
      disk.inject(FaultPlan.at(disk.operations() + operation / 2, verdict));
      if (run.finishes(disk)) {
        break;
      }
      crashes++;
      disk.powerLoss(SURVIVALS.get((int) (seed + operation) % 3));
      // A second crash, while the first is cleared up.
      disk.inject(FaultPlan.at(disk.operations() + operation % 4, Verdict.CRASH_BEFORE));
      try {
        MemoryEngine.open(disk, STORE).close();
      } catch (SimulatedCrash e) {
        assertThat(e).isNotNull();
      }
      disk.powerLoss(Survival.TORN);

      assertThat(content(disk)).as("crash at %d", operation).isIn(run.flushed, run.flushing);
    }
    assertThat(crashes).isGreaterThan(60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aFailureOfAnyOperationEndsTheEngineAndLosesNoFlush(long seed) throws IOException {
    int failures = 0;
    for (int operation = 0; ; operation++) {
      var disk = emptyDisk(seed * 1_000 + operation);
      var run = new Run(seed);
      disk.inject(FaultPlan.at(disk.operations() + operation, Verdict.FAIL));
      if (run.finishes(disk)) {
        break;
      }
      failures++;
      if (run.engine.size() == 1) {
        var failed = run.engine.getFirst();
        assertThatThrownBy(failed::flush).hasMessageContaining("failed before");
        assertThatThrownBy(() -> failed.write(new EngineBatch()))
            .isInstanceOf(EngineException.class);
      }
      // The page cache stays: what a failed sync left there must do no harm.
      disk.killProcess();

      assertThat(content(disk)).as("failure at %d", operation).isIn(run.flushed, run.flushing);
      // Nor may a loss of power take back what a failed sync had left, and was built upon.
      disk.powerLoss(Survival.TORN);
      assertThat(content(disk)).as("failure at %d", operation).isIn(run.flushed, run.flushing);
    }
    assertThat(failures).isGreaterThan(30);
  }

  @Test
  void aFullDiskEndsTheEngineAndLosesNoFlush() throws IOException {
    int full = 0;
    for (int limit = 0; ; limit += 40) {
      var disk = emptyDisk(limit);
      disk.limitTo(limit);
      var run = new Run(1);
      if (run.finishes(disk)) {
        break;
      }
      full++;
      disk.killProcess();
      assertThat(content(disk)).as("full at %d", limit).isIn(run.flushed, run.flushing);
    }
    assertThat(full).isGreaterThan(20);
  }

  /** The same batches, flushes and checkpoints for one seed. */
  private static final class Run {
    private final Random random;
    private final RandomBatches batches;
    private final List<MemoryEngine> engine = new ArrayList<>();
    private EngineContent newest = EngineContent.empty();
    private EngineContent flushed = EngineContent.empty();
    private EngineContent flushing = EngineContent.empty();

    Run(long seed) {
      this.random = new Random(seed);
      this.batches = new RandomBatches(random);
    }

    boolean finishes(SimulatedDisk disk) {
      try {
        var opened = MemoryEngine.open(disk, STORE);
        engine.add(opened);
        for (int flush = 0; flush < 8; flush++) {
          for (int i = random.nextInt(6); i >= 0; i--) {
            EngineBatch batch = batches.next(60);
            newest = newest.with(batch);
            opened.write(batch);
          }
          flushing = newest;
          if (flush % 3 == 2) {
            opened.checkpoint(STATE.resolve("checkpoint-" + flush));
            checkCheckpoint(disk, STATE.resolve("checkpoint-" + flush));
          } else {
            opened.flush();
          }
          flushed = newest;
        }
        opened.close();
        return true;
      } catch (SimulatedCrash | EngineException e) {
        return false;
      }
    }

    private void checkCheckpoint(SimulatedDisk disk, Path directory) {
      try (var copy = new MemoryEngines(disk).openReadOnly(directory)) {
        assertThat(EngineContent.of(copy)).isEqualTo(newest);
      }
    }
  }

  private static SimulatedDisk emptyDisk(long seed) throws IOException {
    var disk = new SimulatedDisk(seed);
    DataDirectoryLock.createDurably(disk, STORE);
    return disk;
  }

  private static EngineContent content(SimulatedDisk disk) {
    try (var engine = MemoryEngine.open(disk, STORE)) {
      return EngineContent.of(engine);
    }
  }

  @Test
  void everyFlippedBitAndEveryCutOrMissingFileIsRefused() throws IOException {
    var disk = emptyDisk(1);
    assertThat(new Run(2).finishes(disk)).isTrue();
    List<String> names = disk.list(STORE);
    assertThat(names).hasSizeGreaterThan(1);
    int refused = 0;
    for (String name : names) {
      Path file = STORE.resolve(name);
      byte[] intact = disk.contents(file);
      for (long bit = 0; bit < intact.length * 8L; bit++) {
        disk.flipBit(file, bit);
        assertRefused(disk, name, "bit " + bit);
        disk.flipBit(file, bit);
        refused++;
      }
      for (int size = 0; size < intact.length; size += 7) {
        disk.plant(file, Arrays.copyOf(intact, size));
        assertRefused(disk, name, "cut at " + size);
      }
      disk.delete(file);
      assertRefused(disk, name, "missing");
      disk.plant(file, intact);
    }
    assertThat(refused).isGreaterThan(5_000);
    assertThat(content(disk)).isNotEqualTo(EngineContent.empty());
  }

  private static void assertRefused(SimulatedDisk disk, String name, String what) {
    assertThatThrownBy(() -> MemoryEngine.open(disk, STORE))
        .as("%s, %s", name, what)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(STORE.toString());
  }

  @Test
  void aFileThatCannotBeReadIsRefused() throws IOException {
    var disk = emptyDisk(1);
    assertThat(new Run(2).finishes(disk)).isTrue();
    disk.failReads(path -> path.toString().endsWith(".data"));

    assertThatThrownBy(() -> MemoryEngine.open(disk, STORE))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("Input/output error");
  }

  @Test
  void manyFlushesLeaveFewFilesAndWriteNothingOften() throws IOException {
    var disk = emptyDisk(1);
    var engine = MemoryEngine.open(disk, STORE);
    var written = new long[1];
    long stored = 0;
    for (int i = 0; i < 2_000; i++) {
      var batch = new EngineBatch();
      batch.put(Family.CHANGES, new byte[] {(byte) (i >> 8), (byte) i}, new byte[100]);
      engine.write(batch);
      engine.flush();
      stored += batch.sizeBytes();
      written[0] += engine.stats().bytesOnDisk();
    }
    assertThat(engine.work().tableFiles()).isLessThan(16);
    assertThat(engine.stats().bytesOnDisk()).isLessThan(2 * stored);
    assertThat(engine.stats().bytesLive()).isEqualTo(2_000 * 102);
    engine.close();
    assertThat(content(disk).entries()).hasSize(2_000);
  }

  @Test
  void itFlushesByItselfWhenMuchWasWritten() throws IOException {
    var engine = new MemoryEngines(emptyDisk(1), 1_000).open(STORE);
    var batch = new EngineBatch();
    batch.put(Family.META, KEY, new byte[900]);
    engine.write(batch);
    assertThat(engine.getDurable(Family.META, KEY)).isEmpty();

    engine.write(batch);

    assertThat(engine.getDurable(Family.META, KEY)).isPresent();
    engine.close();
  }

  @Test
  void twoEnginesOnOneDirectoryAreRefusedUntilTheLastSnapshotIsClosed() throws IOException {
    var disk = emptyDisk(1);
    var first = MemoryEngine.open(disk, STORE);
    var snapshot = first.snapshot();
    assertThatThrownBy(() -> MemoryEngine.open(disk, STORE)).hasMessageContaining("locked");
    first.close();
    assertThatThrownBy(() -> MemoryEngine.open(disk, STORE)).hasMessageContaining("locked");
    assertThat(snapshot.get(Family.META, KEY)).isEmpty();

    snapshot.close();

    MemoryEngine.open(disk, STORE).close();
  }

  @Test
  void useAfterTheEndIsOurOwnFault() throws IOException {
    var engine = MemoryEngine.open(emptyDisk(1), STORE);
    var snapshot = engine.snapshot();
    var iterator = snapshot.iterate(Family.META, KEY, KEY);
    assertThat(engine.openIterators()).isEqualTo(1);
    assertThatThrownBy(snapshot::close).isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(iterator::key).isInstanceOf(InvariantViolation.class);
    iterator.close();
    assertThatThrownBy(iterator::next).isInstanceOf(InvariantViolation.class);
    snapshot.close();
    assertThatThrownBy(() -> snapshot.get(Family.META, KEY)).isInstanceOf(InvariantViolation.class);
    assertThat(engine.openSnapshots()).isZero();
    engine.close();
    assertThatThrownBy(engine::snapshot).isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> engine.get(Family.META, KEY)).isInstanceOf(InvariantViolation.class);
  }

  @Test
  void aReadOnlyEngineChangesNothing() throws IOException {
    var disk = emptyDisk(1);
    assertThatThrownBy(() -> new MemoryEngines(disk).openReadOnly(STORE))
        .isInstanceOf(EngineException.class);
    assertThat(new Run(2).finishes(disk)).isTrue();
    long operations = disk.operations();
    try (var engine = new MemoryEngines(disk).openReadOnly(STORE)) {
      assertThatThrownBy(() -> engine.write(new EngineBatch())).hasMessageContaining("reading");
      assertThatThrownBy(engine::flush).hasMessageContaining("reading");
    }
    assertThat(disk.operations()).isEqualTo(operations);
  }

  @Test
  void itRunsOnADiskInMemory() throws IOException {
    var disk = new MemoryDisk(1L << 30);
    DataDirectoryLock.createDurably(disk, STORE);
    var batch = new EngineBatch();
    batch.put(Family.META, KEY, new byte[3 << 20]);
    var engine = MemoryEngine.open(disk, STORE);
    engine.write(batch);
    engine.flush();
    engine.close();
    try (var again = MemoryEngine.open(disk, STORE)) {
      assertThat(again.get(Family.META, KEY))
          .hasValueSatisfying(v -> assertThat(v).hasSize(3 << 20));
    }
  }

  @Test
  void aSyncThatFailsOnceIsNotAskedAgain() throws IOException {
    var disk = emptyDisk(1);
    var engine = MemoryEngine.open(disk, STORE);
    var batch = new EngineBatch();
    batch.put(Family.META, KEY, KEY);
    engine.write(batch);
    disk.inject(FaultPlan.nth(Operation.SYNC, 0, Verdict.FAIL));
    assertThatThrownBy(engine::flush).hasMessageContaining("Input/output error");
    long operations = disk.operations();

    assertThatThrownBy(engine::flush).isInstanceOf(EngineException.class);

    assertThat(disk.operations()).isEqualTo(operations);
    assertThat(engine.getDurable(Family.META, KEY)).isEmpty();
  }
}
