package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTableTest {

  @Test
  void timesAndMemoryAreReadWhateverTheProcessIsCalled(@TempDir Path proc) throws Exception {
    write(
        proc,
        "(a) b) R 1 42 42 0 -1 4194304 9 0 0 0 150 50 7 8 20 0 9 0 12345 1000 25"
            + " 18446744073709551615",
        "Name:\ta) b\nVmHWM:\t  9999 kB\nVmRSS:\t    2048 kB\nThreads:\t9\n");

    var sample = new ProcessTable(proc).sample(42);

    assertThat(sample)
        .isEqualTo(new ProcessTable.Sample(42, 12_345, 2_000_000_000L, 2 * 1024 * 1024));
  }

  @Test
  void endedProcessHoldsNoMemory(@TempDir Path proc) throws Exception {
    write(proc, "(a) Z 1 42 42 0 -1 0 9 0 0 0 1 1 7 8 20 0 9 0 5 0 0 0", "Name:\ta\n");

    assertThat(new ProcessTable(proc).sample(42).residentBytes()).isZero();
  }

  @Test
  void machineIsBusyWithAllButIdlingAndWaiting(@TempDir Path proc) throws Exception {
    Files.writeString(
        proc.resolve("stat"), "cpu  100 20 3 5000 7000 40 50 600 9 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n");

    assertThat(new ProcessTable(proc).busyNanos()).isEqualTo(813 * 10_000_000L);
  }

  @Test
  void missingProcessIsNamed(@TempDir Path proc) throws IOException {
    Files.createDirectories(proc.resolve("self"));

    assertThatExceptionOfType(BenchException.class)
        .isThrownBy(() -> new ProcessTable(proc).sample(77))
        .withMessage("no server process 77 on this machine");
  }

  @Test
  void systemWithoutProcessFilesIsNamed(@TempDir Path proc) {
    assertThatExceptionOfType(BenchException.class)
        .isThrownBy(() -> new ProcessTable(proc).sample(77))
        .withMessageContaining("--server-pids needs Linux");
  }

  private static void write(Path proc, String stat, String status) throws IOException {
    Path directory = Files.createDirectories(proc.resolve("42"));
    Files.writeString(directory.resolve("stat"), "42 " + stat + "\n");
    Files.writeString(directory.resolve("status"), status);
  }
}
