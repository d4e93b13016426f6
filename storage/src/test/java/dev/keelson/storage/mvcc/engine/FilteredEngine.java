package dev.keelson.storage.mvcc.engine;

import java.nio.file.Path;
import java.util.Optional;

/** An engine that hands everything on to another: for mistakes that one call makes. */
public class FilteredEngine implements KvEngine {
  protected final KvEngine sound;

  protected FilteredEngine(KvEngine sound) {
    this.sound = sound;
  }

  @Override
  public void write(EngineBatch batch) {
    sound.write(batch);
  }

  /** A batch of the same writes, for those who keep it. */
  protected static EngineBatch copyOf(EngineBatch batch) {
    return EngineBatch.parse(batch.serialized());
  }

  @Override
  public Optional<byte[]> get(Family family, byte[] key) {
    return sound.get(family, key);
  }

  @Override
  public EngineIterator iterate(Family family, byte[] from, byte[] to) {
    return sound.iterate(family, from, to);
  }

  @Override
  public EngineSnapshot snapshot() {
    return sound.snapshot();
  }

  @Override
  public Optional<byte[]> getDurable(Family family, byte[] key) {
    return sound.getDurable(family, key);
  }

  @Override
  public void flush() {
    sound.flush();
  }

  @Override
  public void checkpoint(Path directory) {
    sound.checkpoint(directory);
  }

  @Override
  public EngineStats stats() {
    return sound.stats();
  }

  @Override
  public EngineWork work() {
    return sound.work();
  }

  @Override
  public void close() {
    sound.close();
  }
}
