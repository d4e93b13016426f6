package dev.keelson.storage.mvcc.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine of the simulator does what RocksDB does (reliability.md 2.1). */
class EngineDifferentialTest {
  private static final int STEPS = 150;
  private static final List<Survival> SURVIVALS = List.of(Survival.values());

  @TempDir Path directory;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null
        ? LongStream.of(pinned)
        : LongStream.range(0, Long.getLong("keelson.seeds", 8));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyAnswerIsThatOfRocksDb(long seed) throws IOException {
    var pair = new Pair(seed, directory);
    for (int step = 0; step < STEPS; step++) {
      pair.step();
    }
    pair.closeSnapshots();
    pair.compare();
    pair.close();
  }

  /** Both engines and what is open on them. */
  private static final class Pair {
    private final Random random;
    private final RandomBatches batches;
    private final SimulatedDisk disk;
    private final Path memoryRoot = Path.of("/state");
    private final Path rocksRoot;
    private final List<Snapshots> snapshots = new ArrayList<>();
    private KvEngine memory;
    private KvEngine rocks;
    private EngineContent flushed = EngineContent.empty();
    private int checkpoints;

    private record Snapshots(EngineSnapshot memory, EngineSnapshot rocks, EngineContent content) {}

    Pair(long seed, Path rocksRoot) throws IOException {
      this.random = new Random(seed);
      this.batches = new RandomBatches(random);
      this.disk = new SimulatedDisk(seed);
      this.rocksRoot = rocksRoot;
      DataDirectoryLock.createDurably(disk, memoryRoot.resolve("store"));
      this.memory = openMemory();
      this.rocks = openRocks();
    }

    private KvEngine openMemory() {
      return new MemoryEngines(disk).open(memoryRoot.resolve("store"));
    }

    private KvEngine openRocks() {
      return RocksEngine.open(rocksRoot.resolve("store"), EngineConfig.small());
    }

    void step() throws IOException {
      int choice = random.nextInt(100);
      if (choice < 55) {
        EngineBatch batch = batches.next(200);
        memory.write(batch);
        rocks.write(batch);
      } else if (choice < 65) {
        compareReads(memory, rocks);
      } else if (choice < 72) {
        snapshots.add(new Snapshots(memory.snapshot(), rocks.snapshot(), EngineContent.of(memory)));
      } else if (choice < 78 && !snapshots.isEmpty()) {
        var old = snapshots.remove(random.nextInt(snapshots.size()));
        compareReads(old.memory, old.rocks);
        close(old);
      } else if (choice < 86) {
        memory.flush();
        rocks.flush();
        flushed = EngineContent.of(memory);
        compare();
      } else if (choice < 89) {
        compareCheckpoints();
      } else if (choice < 94) {
        restart();
      } else {
        crashInAFlush();
      }
    }

    private void close(Snapshots old) {
      assertThat(EngineContent.of(old.memory)).isEqualTo(old.content);
      assertThat(EngineContent.of(old.rocks)).isEqualTo(old.content);
      old.memory.close();
      old.rocks.close();
    }

    void closeSnapshots() {
      snapshots.forEach(this::close);
      snapshots.clear();
    }

    void compare() {
      assertThat(EngineContent.of(memory)).isEqualTo(EngineContent.of(rocks));
      for (int i = 0; i < 10; i++) {
        Family family = batches.family();
        byte[] key = batches.key();
        assertSame(memory.getDurable(family, key), rocks.getDurable(family, key));
      }
    }

    private void compareReads(EngineReader ours, EngineReader theirs) {
      Family family = batches.family();
      byte[] from = batches.key();
      byte[] to = random.nextBoolean() ? new byte[0] : batches.key();
      assertSame(ours.get(family, from), theirs.get(family, from));
      byte[] sought = batches.key();
      try (var mine = ours.iterate(family, from, to);
          var other = theirs.iterate(family, from, to)) {
        boolean more = assertSame(mine.next(), other.next());
        for (int i = 0; more && i < 20; i++) {
          assertThat(mine.key()).isEqualTo(other.key());
          assertThat(mine.value()).isEqualTo(other.value());
          more =
              (i == 5 && Arrays.compareUnsigned(sought, from) >= 0)
                  ? assertSame(mine.seek(sought), other.seek(sought))
                  : assertSame(mine.next(), other.next());
        }
      }
    }

    private static boolean assertSame(boolean ours, boolean theirs) {
      assertThat(ours).isEqualTo(theirs);
      return ours;
    }

    private static void assertSame(Optional<byte[]> ours, Optional<byte[]> theirs) {
      assertThat(ours.isPresent()).isEqualTo(theirs.isPresent());
      assertThat(ours.orElse(new byte[0])).isEqualTo(theirs.orElse(new byte[0]));
    }

    private void compareCheckpoints() {
      String name = "checkpoint-" + checkpoints++;
      memory.checkpoint(memoryRoot.resolve(name));
      rocks.checkpoint(rocksRoot.resolve(name));
      flushed = EngineContent.of(memory);
      try (var ours = new MemoryEngines(disk).openReadOnly(memoryRoot.resolve(name));
          var theirs =
              new RocksEngines(EngineConfig.small()).openReadOnly(rocksRoot.resolve(name))) {
        assertThat(EngineContent.of(ours)).isEqualTo(EngineContent.of(theirs)).isEqualTo(flushed);
      }
    }

    /** Ends both without a flush. */
    private void restart() throws IOException {
      closeSnapshots();
      memory.close();
      disk.powerLoss(SURVIVALS.get(random.nextInt(3)));
      memory = openMemory();
      rocks.close();
      rocks = openRocks();
      assertThat(EngineContent.of(memory)).isEqualTo(flushed);
      compare();
    }

    /** RocksDB cannot be stopped inside: it then does what this one turned out to have done. */
    private void crashInAFlush() throws IOException {
      closeSnapshots();
      EngineContent newest = EngineContent.of(memory);
      disk.inject(FaultPlan.at(disk.operations() + random.nextInt(8), Verdict.CRASH_AFTER));
      try {
        memory.flush();
      } catch (SimulatedCrash e) {
        assertThat(e).hasMessageContaining("at operation");
      }
      disk.powerLoss(Survival.TORN);
      memory = openMemory();
      EngineContent left = EngineContent.of(memory);
      assertThat(left).isIn(flushed, newest);
      if (!left.equals(flushed)) {
        rocks.flush();
        flushed = left;
      }
      rocks.close();
      rocks = openRocks();
      compare();
    }

    void close() {
      memory.close();
      rocks.close();
    }
  }
}
