package dev.keelson.storage.mvcc.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database's files are read again behind its back, whatever it holds in memory of them. */
@Tag("1.7")
class RocksFilesTest {
  @TempDir private Path directory;

  @Test
  void everyFileOfASoundDatabaseIsVerified() {
    try (var engine = filled()) {
      assertThat(engine.files()).isNotEmpty().allMatch(file -> file.bytes() > 0);
      engine.files().forEach(engine::verify);
    }
  }

  @Test
  void aFlippedByteIsFoundThoughItsBlockIsInMemory() throws IOException {
    try (var engine = filled()) {
      assertThat(engine.get(Family.META, key(0))).isPresent();
      var file = engine.files().getFirst();
      flip(directory.resolve(file.name()), 10);

      assertThatThrownBy(() -> engine.verify(file))
          .isInstanceOfSatisfying(
              EngineException.class, failure -> assertThat(failure.isDamage()).isTrue())
          .hasMessageContaining(file.name());
    }
  }

  @Test
  void aFileThatIsGoneIsFound() throws IOException {
    try (var engine = filled()) {
      var file = engine.files().getFirst();
      Files.delete(directory.resolve(file.name()));

      assertThatThrownBy(() -> engine.verify(file))
          .isInstanceOfSatisfying(
              EngineException.class, failure -> assertThat(failure.isDamage()).isTrue());
    }
  }

  @Test
  void aFileThatIsNotNeededAnyMoreIsNoLoss() {
    try (var engine = filled()) {
      engine.verify(new EngineFile("999999.sst", 4_711));
    }
  }

  private RocksEngine filled() {
    var engine = RocksEngine.open(directory, EngineConfig.small());
    for (int i = 0; i < 500; i++) {
      var batch = new EngineBatch();
      batch.put(Family.META, key(i), new byte[200]);
      engine.write(batch);
    }
    engine.flush();
    return engine;
  }

  private static byte[] key(int number) {
    return "key-%05d".formatted(number).getBytes(StandardCharsets.UTF_8);
  }

  private static void flip(Path file, long at) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1)).flip();
      channel.write(one, at);
    }
  }
}
