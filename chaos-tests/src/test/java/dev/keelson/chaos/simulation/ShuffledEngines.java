package dev.keelson.chaos.simulation;

import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.mvcc.engine.Family;
import dev.keelson.storage.mvcc.engine.FilteredEngine;
import dev.keelson.storage.mvcc.engine.KvEngine;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Engines of a member that numbers the changes of one revision in an order of its own. */
record ShuffledEngines(EngineFactory sound) implements EngineFactory {
  @Override
  public KvEngine open(Path directory) {
    return new Shuffled(sound.open(directory));
  }

  @Override
  public KvEngine openReadOnly(Path directory) {
    return sound.openReadOnly(directory);
  }

  @Override
  public boolean isData(String fileName) {
    return sound.isData(fileName);
  }

  private static final class Shuffled extends FilteredEngine {
    Shuffled(KvEngine sound) {
      super(sound);
    }

    @Override
    public void write(EngineBatch batch) {
      var values = new TreeMap<Long, List<byte[]>>();
      batch.forEach(new Changes((key, value) -> of(values, key).add(value)));
      var altered = copyOf(batch);
      batch.forEach(
          new Changes((key, _) -> altered.put(Family.CHANGES, key, of(values, key).removeLast())));
      sound.write(altered);
    }

    private static List<byte[]> of(Map<Long, List<byte[]>> values, byte[] key) {
      return values.computeIfAbsent(ByteBuffer.wrap(key).getLong(), _ -> new ArrayList<>());
    }
  }

  /** Sees a change that is written. */
  private interface Change {
    void written(byte[] key, byte[] value);
  }

  private record Changes(Change change) implements EngineBatch.Visitor {
    @Override
    public void put(Family family, byte[] key, byte[] value) {
      if (family == Family.CHANGES) {
        change.written(key, value);
      }
    }

    @Override
    public void delete(Family family, byte[] key) {}
  }
}
