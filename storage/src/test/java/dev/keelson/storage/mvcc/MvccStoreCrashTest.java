package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.MemoryEngine;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import dev.keelson.storage.mvcc.engine.RocksEngine;
import dev.keelson.storage.mvcc.engine.WatchedEngine;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever was not flushed is lost; what the log applies again gives the same store. */
@Tag("DU-apply")
@Tag("M8")
@Tag("C6")
class MvccStoreCrashTest {
  private static final int BATCHES = 12;

  @TempDir Path directory;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 6);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aCrashAtAnyWriteOrFlushLosesNothingThatTheLogHas(long seed) {
    long stops = 0;
    for (long stopAt = 0; ; stopAt++) {
      var disk = new SimulatedDisk(seed);
      var random = new Random(seed * 1_000 + stopAt);
      var flushes = new Random(seed);
      var run = new StoreRun(new WatchedEngine(TestEngines.memory(disk), flushes, stopAt));
      if (finishes(run, seed)) {
        break;
      }
      stops++;
      long flushed = flushedIndex(disk);
      disk.powerLoss(random.nextBoolean() ? Survival.NOTHING : Survival.TORN);

      run.reopen(MemoryEngine.open(disk, TestEngines.SIMULATED));

      assertThat(flushed).isEqualTo(flushedIndex(disk));
      run.checkReads(random, new RandomCommands(seed));
      run.checkCompacted();
    }
    assertThat(stops).isGreaterThan(BATCHES);
  }

  private static long flushedIndex(SimulatedDisk disk) {
    var engine = new MemoryEngines(disk).openReadOnly(TestEngines.SIMULATED);
    try (var store = MvccStore.open(engine, MvccConfig.defaults())) {
      return store.applied().index();
    }
  }

  /** The same commands for one seed, each time; false if the machine stopped on the way. */
  private static boolean finishes(StoreRun run, long seed) {
    var random = new Random(seed);
    var commands = new RandomCommands(seed);
    try {
      for (int batch = 0; batch < BATCHES; batch++) {
        for (int i = random.nextInt(6); i >= 0; i--) {
          run.submit(commands.command(run.model.revision));
        }
        run.commit();
        for (int i = random.nextInt(4); i > 0; i--) {
          run.store.compactor().step(1 + random.nextInt(3));
        }
        if (random.nextInt(4) == 0) {
          run.store.flush();
        }
      }
      return true;
    } catch (SimulatedCrash e) {
      return false;
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void rocksDbClosedWithoutAFlushGoesOnFromItsLastOne(long seed) {
    var random = new Random(seed);
    var commands = new RandomCommands(seed);
    Path store = directory.resolve("store");
    var run = new StoreRun(RocksEngine.open(store, EngineConfig.small()));
    long flushed = 0;
    for (int life = 0; life < 4; life++) {
      for (int batch = 0; batch < BATCHES; batch++) {
        for (int i = random.nextInt(6); i >= 0; i--) {
          run.submit(commands.command(run.model.revision));
        }
        run.commit();
        run.store.compactor().step(1 + random.nextInt(5));
        if (random.nextInt(6) == 0) {
          run.store.flush();
          flushed = run.store.applied().index();
        }
        assertThat(run.store.flushedIndex()).isBetween(flushed, run.store.applied().index());
      }
      run.store.close();

      run.reopen(RocksEngine.open(store, EngineConfig.small()));

      run.checkEveryRevision();
      run.checkReads(random, commands);
      run.checkCompacted();
      flushed = run.store.flushedIndex();
    }
    run.store.close();
  }
}
