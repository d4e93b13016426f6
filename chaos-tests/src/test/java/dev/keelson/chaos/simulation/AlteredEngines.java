package dev.keelson.chaos.simulation;

import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.mvcc.engine.EngineIterator;
import dev.keelson.storage.mvcc.engine.EngineSnapshot;
import dev.keelson.storage.mvcc.engine.EngineStats;
import dev.keelson.storage.mvcc.engine.EngineWork;
import dev.keelson.storage.mvcc.engine.Family;
import dev.keelson.storage.mvcc.engine.KvEngine;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Engines of a member whose state is not a function of the log alone: some of its writes never come
 * to be.
 */
record AlteredEngines(EngineFactory sound, Family family, Predicate<byte[]> lost)
    implements EngineFactory {
  @Override
  public KvEngine open(Path directory) {
    return new Altered(sound.open(directory), family, lost);
  }

  @Override
  public KvEngine openReadOnly(Path directory) {
    return sound.openReadOnly(directory);
  }

  @Override
  public boolean isData(String fileName) {
    return sound.isData(fileName);
  }

  private record Altered(KvEngine engine, Family family, Predicate<byte[]> lost)
      implements KvEngine {
    @Override
    public void write(EngineBatch batch) {
      var altered = new EngineBatch();
      batch.forEach(
          new EngineBatch.Visitor() {
            @Override
            public void put(Family into, byte[] key, byte[] value) {
              if (into != family || !lost.test(key)) {
                altered.put(into, key, value);
              }
            }

            @Override
            public void delete(Family from, byte[] key) {
              altered.delete(from, key);
            }
          });
      engine.write(altered);
    }

    @Override
    public Optional<byte[]> get(Family from, byte[] key) {
      return engine.get(from, key);
    }

    @Override
    public EngineIterator iterate(Family over, byte[] from, byte[] to) {
      return engine.iterate(over, from, to);
    }

    @Override
    public EngineSnapshot snapshot() {
      return engine.snapshot();
    }

    @Override
    public Optional<byte[]> getDurable(Family from, byte[] key) {
      return engine.getDurable(from, key);
    }

    @Override
    public void flush() {
      engine.flush();
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
}
