package dev.keelson.storage.mvcc.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.disk.PosixDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that is killed while it makes its store starts again; a store that was lost does not.
 */
@Tag("kv-kill")
class RocksCreationTest {
  private static final byte[] KEY = {1};

  @TempDir Path directory;

  @Test
  void whatAKilledCreationLeftIsMadeAnew() throws IOException {
    Path store = directory.resolve("store-1");
    Path beside = directory.resolve("store-1.creating");
    RocksEngine.open(directory.resolve("whole"), EngineConfig.small()).close();
    var disk = new PosixDisk();
    for (String name : disk.list(directory.resolve("whole"))) {
      // Killed before this file: those that come before it are there.
      Files.createDirectories(store);
      copyUpTo(directory.resolve("whole"), name, beside);

      var engine = RocksEngine.open(store, EngineConfig.small());
      var batch = new EngineBatch();
      batch.put(Family.LATEST, KEY, KEY);
      engine.write(batch);
      engine.flush();
      engine.close();

      assertThat(Files.exists(beside)).isFalse();
      try (var again = RocksEngine.open(store, EngineConfig.small())) {
        assertThat(again.get(Family.LATEST, KEY)).hasValue(KEY);
      }
      disk.deleteTree(store);
    }
  }

  @Test
  void aStoreThatLostWhatNamesItsFilesIsDamagedAndNotMadeAnew() throws IOException {
    Path store = directory.resolve("store-1");
    RocksEngine.open(store, EngineConfig.small()).close();
    Files.delete(store.resolve("CURRENT"));

    assertThatThrownBy(() -> RocksEngine.open(store, EngineConfig.small()))
        .isInstanceOfSatisfying(
            EngineException.class, refused -> assertThat(refused.isDamage()).isTrue());
    assertThat(Files.exists(store.resolve("CURRENT"))).isFalse();
  }

  private static void copyUpTo(Path from, String excluded, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      files
          .filter(file -> file.getFileName().toString().compareTo(excluded) < 0)
          .forEach(file -> copy(file, to.resolve(file.getFileName())));
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
