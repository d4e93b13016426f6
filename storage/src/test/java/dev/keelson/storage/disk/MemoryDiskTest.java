package dev.keelson.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.disk.Disk.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Disks in memory do what the machine's does. */
class MemoryDiskTest {
  private static final int STEPS = 400;
  private static final List<String> NAMES = List.of("a", "b", "a/c", "a/d", "a-b", "b/e", "a/c/f");

  @TempDir Path directory;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyOutcomeIsThatOfTheRealDisk(long seed) throws IOException {
    var memory = new MemoryDisk(1 << 30);
    var simulated = new SimulatedDisk(seed);
    var real = new PosixDisk();
    memory.createDirectories(directory);
    simulated.createDirectories(directory);
    var random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      long stepSeed = random.nextLong();
      String expected = outcome(real, new Random(stepSeed));
      assertThat(outcome(memory, new Random(stepSeed))).as("step %d", step).isEqualTo(expected);
      assertThat(outcome(simulated, new Random(stepSeed))).as("step %d", step).isEqualTo(expected);
    }
  }

  /** What comes of one operation: an answer, or that it failed. */
  private String outcome(Disk disk, Random random) {
    Path path = directory.resolve(NAMES.get(random.nextInt(NAMES.size())));
    Path other = directory.resolve(NAMES.get(random.nextInt(NAMES.size())));
    int operation = random.nextInt(10);
    try {
      switch (operation) {
        case 0 -> disk.createDirectories(path);
        case 1 -> disk.open(path, Mode.CREATE).close();
        case 2, 3 -> {
          try (var file = disk.open(path, Mode.WRITE)) {
            byte[] bytes = new byte[random.nextInt(9_000)];
            if (random.nextBoolean()) {
              Arrays.fill(bytes, (byte) random.nextInt());
            }
            file.write(ByteBuffer.wrap(bytes), random.nextInt(9_000));
          }
        }
        case 4 -> {
          try (var file = disk.open(path, Mode.WRITE)) {
            file.truncate(random.nextInt(12_000));
          }
        }
        case 5 -> {
          try (var file = disk.open(path, Mode.READ)) {
            var target = ByteBuffer.allocate(1 + random.nextInt(20_000));
            int read = file.read(target, random.nextInt(9_000));
            return file.size() + " " + read + " " + Arrays.hashCode(target.array());
          }
        }
        case 6 -> disk.rename(path, other);
        case 7 -> disk.link(path, other);
        case 8 -> {
          if (random.nextInt(3) == 0) {
            disk.deleteTree(path);
          } else {
            disk.delete(path);
          }
        }
        default -> {
          return disk.list(directory) + " " + disk.exists(path);
        }
      }
      return operation + " done on " + path + ", " + other;
    } catch (IOException e) {
      return operation + " failed on " + path + ", " + other;
    }
  }

  @Test
  void zerosTakeNoMemoryAndReadAsZeros() throws IOException {
    var disk = new MemoryDisk(1L << 40);
    disk.createDirectories(directory);
    var file = disk.open(directory.resolve("large"), Mode.CREATE);
    for (int i = 0; i < 1 << 10; i++) {
      file.write(ByteBuffer.allocate(1 << 20), (long) i << 20);
    }
    file.write(ByteBuffer.wrap(new byte[] {7}), 1 << 29);
    var target = ByteBuffer.allocate(3);

    assertThat(file.size()).isEqualTo(1 << 30);
    assertThat(file.read(target, (1 << 29) - 1)).isEqualTo(3);
    assertThat(target.array()).containsExactly(0, 7, 0);
    assertThat(disk.usableBytes(directory)).isEqualTo(1L << 40);
  }
}
