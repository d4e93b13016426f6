package dev.keelson.storage.mvcc.engine;

import java.nio.file.Path;

/** Opens {@link RocksEngine}s with one configuration. */
public record RocksEngines(EngineConfig config) implements EngineFactory {
  @Override
  public KvEngine open(Path directory) {
    return RocksEngine.open(directory, config);
  }

  @Override
  public KvEngine openReadOnly(Path directory) {
    return RocksEngine.openReadOnly(directory, config);
  }

  @Override
  public boolean isData(String fileName) {
    // LOCK, LOG and LOG.old.*: a lock, and texts for people.
    return !fileName.equals("LOCK") && !fileName.startsWith("LOG");
  }
}
