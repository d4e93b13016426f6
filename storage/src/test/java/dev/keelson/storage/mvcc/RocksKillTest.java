package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.RocksEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process over a RocksDB so small that it flushes and compacts all the time is killed at any
 * moment of that, again and again on the same directory. What the next one finds is the store as it
 * was after some entry, the last that was flushed or a later one.
 */
@Tag("kv-kill")
@Timeout(300)
class RocksKillTest {
  private static final int KILLS = 5;
  private static final int MOST_FLUSHES = 60;
  private static final int KILLED = 137;
  private static final EngineConfig TINY = new EngineConfig(1 << 20, 1 << 16, 64, 2, false);
  private static final String FLUSHED = "flushed ";

  @TempDir private Path directory;

  /** Applies entry after entry until it is killed, and says what is flushed. */
  static final class Applying {
    private Applying() {}

    public static void main(String[] arguments) {
      var store =
          MvccStore.open(RocksEngine.open(Path.of(arguments[0]), TINY), MvccConfig.defaults());
      for (long index = store.applied().index() + 1; true; index++) {
        apply(store, index);
        store.compactor().step();
        if (index % 7 == 0) {
          store.flush();
          System.out.println(FLUSHED + index);
        }
      }
    }
  }

  /** The same on every store. */
  private static void apply(MvccStore store, long index) {
    var random = new Random(index);
    var txn = store.begin();
    for (int i = random.nextInt(4); i >= 0; i--) {
      byte[] value = new byte[random.nextInt(3_000)];
      random.nextBytes(value);
      txn.put(key(random.nextInt(300)), Bytes.wrap(value), 0);
    }
    if (index % 5 == 0) {
      txn.deleteRange(new KeyRange.Single(key(random.nextInt(300))));
    }
    txn.commit();
    if (index % 40 == 0) {
      assertThat(store.scheduleCompaction(store.revision() - 20))
          .isInstanceOf(CompactOutcome.Scheduled.class);
    }
    assertThat(store.commitBatch(new LogPosition(1, index))).isNotEmpty();
  }

  private static Bytes key(int number) {
    return Bytes.wrap("key-%03d".formatted(number).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatAKillLeavesIsTheStoreAfterAnEntryAndNoEarlierThanItsFlush() throws Exception {
    var random = new Random(1);
    Path state = directory.resolve("store");
    try (var model =
        MvccStore.open(TestEngines.memory(new SimulatedDisk(1)), MvccConfig.defaults())) {
      long applied = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        long flushed = runAndKill(state, 1 + random.nextInt(MOST_FLUSHES));

        try (var found = MvccStore.open(RocksEngine.open(state, TINY), MvccConfig.defaults())) {
          assertThat(found.applied().index()).as("kill %d", kill).isGreaterThanOrEqualTo(flushed);
          while (applied < found.applied().index()) {
            apply(model, ++applied);
          }
          assertThat(found.applied().index()).as("never goes back").isEqualTo(applied);
          assertThat(found.revision()).isEqualTo(model.revision());
          assertThat(found.compactRevision()).isEqualTo(model.compactRevision());
          assertThat(Audits.differenceIn(found)).isEmpty();
          assertThat(found.contentHash()).isEqualTo(model.contentHash());
          assertThat(found.hashAt(0)).isEqualTo(model.hashAt(0));
        }
      }
    }
  }

  /** The last flush that it told of before it was killed. */
  private long runAndKill(Path state, int flushes) throws IOException, InterruptedException {
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Applying.class.getName(),
                state.toString())
            .redirectError(errors.toFile())
            .start();
    long flushed = 0;
    try (var said = process.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 0; i < flushes; i++) {
        String line = said.readLine();
        assertThat(line).as(Files.readString(errors)).startsWith(FLUSHED);
        flushed = Long.parseLong(line.substring(FLUSHED.length()));
      }
    } finally {
      process.destroyForcibly();
      int ended = process.waitFor();
      assertThat(ended).isEqualTo(KILLED);
    }
    return flushed;
  }
}
