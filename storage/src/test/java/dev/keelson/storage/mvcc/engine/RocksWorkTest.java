package dev.keelson.storage.mvcc.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksWorkTest {
  private static final byte[] KEY = {1};

  @TempDir Path directory;

  /** What is written counts once it is in files; nobody is slowed down by so little. */
  @Test
  void tableFilesAreToldOnceThereAreSome() {
    try (var engine = RocksEngine.open(directory.resolve("store"), EngineConfig.small())) {
      long before = engine.work().tableFiles();
      var batch = new EngineBatch();
      batch.put(Family.LATEST, KEY, KEY);
      engine.write(batch);
      assertThat(engine.work().tableFiles()).isEqualTo(before);
      engine.flush();

      var work = engine.work();
      assertThat(work.tableFiles()).isEqualTo(before + 1);
      assertThat(work.delayedBytesPerSecond()).isZero();
    }
  }
}
