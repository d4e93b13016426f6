package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.mvcc.engine.KvEngine;
import dev.keelson.storage.mvcc.engine.MemoryEngine;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import dev.keelson.storage.mvcc.engine.WatchedEngine;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A store that stops at each of its engine's writes and flushes in turn, and goes on after it. */
record StoreCrashes(UnaryOperator<KvEngine> engines) {
  static final int BATCHES = 12;

  /** All stops of one seed, with every comparison after each; how many there were. */
  long run(long seed) {
    long stops = 0;
    while (stopsAt(stops, seed)) {
      stops++;
    }
    return stops;
  }

  private boolean stopsAt(long stopAt, long seed) {
    var disk = new SimulatedDisk(seed);
    var random = new Random(seed * 1_000 + stopAt);
    var engine = engines.apply(TestEngines.memory(disk));
    var run = new StoreRun(new WatchedEngine(engine, new Random(seed), stopAt));
    if (finishes(run, seed)) {
      return false;
    }
    long flushed = flushedIndex(disk);
    disk.powerLoss(random.nextBoolean() ? Survival.NOTHING : Survival.TORN);

    run.reopen(engines.apply(MemoryEngine.open(disk, TestEngines.SIMULATED)));

    assertThat(flushed).isEqualTo(flushedIndex(disk));
    run.checkReads(random, new RandomCommands(seed));
    run.checkCompacted();
    return true;
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
}
