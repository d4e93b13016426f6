package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.RocksEngine;
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
  @TempDir Path directory;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 6);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aCrashAtAnyWriteOrFlushLosesNothingThatTheLogHas(long seed) {
    assertThat(new StoreCrashes(engine -> engine).run(seed)).isGreaterThan(StoreCrashes.BATCHES);
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
      for (int batch = 0; batch < StoreCrashes.BATCHES; batch++) {
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
