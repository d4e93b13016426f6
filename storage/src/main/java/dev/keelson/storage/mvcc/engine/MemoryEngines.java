package dev.keelson.storage.mvcc.engine;

import dev.keelson.storage.disk.Disk;
import java.nio.file.Path;

/**
 * Opens {@link MemoryEngine}s on one disk.
 *
 * @param flushBytes an engine flushes by itself when this many bytes were written since it last did
 */
public record MemoryEngines(Disk disk, long flushBytes) implements EngineFactory {
  private static final long DEFAULT_FLUSH_BYTES = 64L << 20;

  public MemoryEngines(Disk disk) {
    this(disk, DEFAULT_FLUSH_BYTES);
  }

  @Override
  public MemoryEngine open(Path directory) {
    return MemoryEngine.open(disk, directory, flushBytes);
  }

  @Override
  public MemoryEngine openReadOnly(Path directory) {
    return MemoryEngine.openReadOnly(disk, directory);
  }

  @Override
  public boolean isData(String fileName) {
    return MemoryFiles.isData(fileName);
  }
}
