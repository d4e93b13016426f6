package dev.keelson.storage.mvcc.engine;

import dev.keelson.storage.disk.Disk;
import java.nio.file.Path;

/** Opens {@link MemoryEngine}s on one disk. */
public record MemoryEngines(Disk disk) implements EngineFactory {
  @Override
  public KvEngine open(Path directory) {
    return MemoryEngine.open(disk, directory);
  }

  @Override
  public KvEngine openReadOnly(Path directory) {
    return MemoryEngine.open(disk, directory);
  }

  @Override
  public boolean isData(String fileName) {
    return fileName.equals(MemoryEngine.IMAGE);
  }
}
