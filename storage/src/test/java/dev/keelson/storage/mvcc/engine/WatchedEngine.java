package dev.keelson.storage.mvcc.engine;

import dev.keelson.storage.disk.SimulatedCrash;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;

/**
 * An engine that stops at a chosen write or flush, flushes by itself now and then as a real one
 * does, and counts.
 */
public final class WatchedEngine implements KvEngine {
  private final KvEngine engine;
  private final Random random;
  private final long stopAt;
  private long changes;
  private long valuesRead;

  public WatchedEngine(KvEngine engine, Random random, long stopAt) {
    this.engine = engine;
    this.random = random;
    this.stopAt = stopAt;
  }

  /** Values fetched one by one, through snapshots too. */
  public long valuesRead() {
    return valuesRead;
  }

  @Override
  public Optional<byte[]> get(Family family, byte[] key) {
    count(family);
    return engine.get(family, key);
  }

  private void count(Family family) {
    if (family == Family.CHANGES) {
      valuesRead++;
    }
  }

  @Override
  public EngineIterator iterate(Family family, byte[] from, byte[] to) {
    return engine.iterate(family, from, to);
  }

  @Override
  public void write(EngineBatch batch) {
    stopIfDue();
    engine.write(batch);
    stopIfDue();
    if (random.nextInt(4) == 0) {
      engine.flush();
    }
  }

  @Override
  public void flush() {
    stopIfDue();
    engine.flush();
    stopIfDue();
  }

  private void stopIfDue() {
    if (changes++ == stopAt) {
      throw new SimulatedCrash("at engine operation " + stopAt);
    }
  }

  @Override
  public EngineSnapshot snapshot() {
    var snapshot = engine.snapshot();
    return new EngineSnapshot() {
      @Override
      public Optional<byte[]> get(Family family, byte[] key) {
        count(family);
        return snapshot.get(family, key);
      }

      @Override
      public EngineIterator iterate(Family family, byte[] from, byte[] to) {
        return snapshot.iterate(family, from, to);
      }

      @Override
      public void close() {
        snapshot.close();
      }
    };
  }

  @Override
  public Optional<byte[]> getDurable(Family family, byte[] key) {
    return engine.getDurable(family, key);
  }

  @Override
  public void checkpoint(Path directory) {
    engine.checkpoint(directory);
  }

  @Override
  public EngineStats stats() {
    return engine.stats();
  }

  @Override
  public EngineWork work() {
    return engine.work();
  }

  @Override
  public void close() {
    engine.close();
  }
}
