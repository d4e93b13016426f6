package dev.keelson.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.chaos.checkers.GeneratedHistories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read again, and a torn end costs the torn record only. */
class HistoryFileTest {
  @TempDir private Path directory;

  @Test
  void everyItemIsReadAsItWasWritten() throws IOException {
    for (long seed = 0; seed < 20; seed++) {
      List<Item> items = GeneratedHistories.of(seed).items();
      Path file = directory.resolve("history-" + seed);
      write(file, items);

      assertThat(HistoryReader.read(file).items()).isEqualTo(items);
    }
  }

  @Test
  void aFileThatEndsInTheMiddleOfARecordHasAllRecordsBefore() throws IOException {
    List<Item> items = GeneratedHistories.of(7).items().subList(0, 12);
    Path whole = directory.resolve("whole");
    write(whole, items);
    byte[] bytes = Files.readAllBytes(whole);
    int lastRecords = 0;
    for (int length = Long.BYTES; length <= bytes.length; length++) {
      Path torn = directory.resolve("torn-" + length);
      Files.write(torn, Arrays.copyOf(bytes, length));

      List<Item> read = HistoryReader.read(torn).items();

      assertThat(items.subList(0, read.size())).isEqualTo(read);
      assertThat(read.size()).isGreaterThanOrEqualTo(lastRecords);
      lastRecords = read.size();
    }
    assertThat(lastRecords).isEqualTo(items.size());
  }

  @Test
  void damageBeforeTheEndIsAnError() throws IOException {
    Path file = directory.resolve("damaged");
    write(file, GeneratedHistories.of(3).items());
    byte[] bytes = Files.readAllBytes(file);
    // Within the content of the first record: after the magic number, a length and a checksum.
    bytes[Long.BYTES + 2 * Integer.BYTES] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> HistoryReader.read(file)).isInstanceOf(IOException.class);
  }

  @Test
  void anotherKindOfFileIsRefused() throws IOException {
    Path file = directory.resolve("strange");
    Files.writeString(file, "hello, world");

    assertThatThrownBy(() -> HistoryReader.read(file)).hasMessageContaining("is no history");
  }

  private static void write(Path file, List<Item> items) throws IOException {
    try (var writer = HistoryWriter.create(file)) {
      items.forEach(writer::add);
    }
  }
}
