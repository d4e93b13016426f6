package dev.keelson.storage.mvcc;

import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.KvEngine;
import dev.keelson.storage.mvcc.engine.MemoryEngine;
import dev.keelson.storage.mvcc.engine.RocksEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Both engines, behind one door. */
enum TestEngines {
  MEMORY {
    @Override
    KvEngine open(Path directory) {
      return memory(new SimulatedDisk(1));
    }
  },
  ROCKS {
    @Override
    KvEngine open(Path directory) {
      return RocksEngine.open(directory, EngineConfig.small());
    }
  };

  static final Path SIMULATED = Path.of("/data/state");

  /** An engine in an empty directory. */
  abstract KvEngine open(Path directory);

  static KvEngine memory(SimulatedDisk disk) {
    try {
      DataDirectoryLock.createDurably(disk, SIMULATED);
      return MemoryEngine.open(disk, SIMULATED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
