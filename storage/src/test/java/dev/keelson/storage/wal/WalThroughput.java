package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.storage.disk.PosixDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Measures the log on a real disk: {@code java ... WalThroughput DIRECTORY [SECONDS]}. One line per
 * way to allocate segments, payload size and number of appends in flight. Not a test.
 */
final class WalThroughput {
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final int SAMPLES = 1 << 20;

  private final Path directory;
  private final double seconds;

  private WalThroughput(Path directory, double seconds) {
    this.directory = directory;
    this.seconds = seconds;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 4;
    var measurement = new WalThroughput(Path.of(arguments[0]), seconds);
    WalConfig steps = WalConfig.DEFAULT;
    measurement.run("warm-up", steps, 256, 64);
    for (int inFlight : new int[] {1, 64, 1024}) {
      for (int size : new int[] {256, 1024}) {
        measurement.run("grown", steps.withAllocationBytes(512), size, inFlight);
        measurement.run("1 MiB steps", steps, size, inFlight);
        measurement.run("4 MiB steps", steps.withAllocationBytes(4 << 20), size, inFlight);
      }
    }
  }

  private void run(String name, WalConfig config, int size, int inFlight)
      throws IOException, InterruptedException {
    var disk = new PosixDisk();
    Path place = directory.resolve("wal-throughput");
    disk.deleteTree(place);
    long opening = System.nanoTime();
    Wal wal = Wal.open(disk, place, IDENTITY, config);
    double openMillis = (System.nanoTime() - opening) / 1e6;
    var permits = new Semaphore(inFlight);
    var syncs = new long[SAMPLES];
    var counts = new long[2];
    WalListener listener =
        new WalListener() {
          private long before;

          @Override
          public void persisted(long sequence) {
            permits.release((int) (sequence - before));
            before = sequence;
          }

          @Override
          public void failed(Throwable cause) {
            throw new IllegalStateException(cause);
          }
        };
    WalStatistics statistics =
        (nanos, appends, bytes) -> {
          syncs[(int) (counts[0]++ % SAMPLES)] = nanos;
          counts[1] += appends;
        };
    long begin = System.nanoTime();
    double elapsed;
    try (var writer = new WalWriter(wal, listener, statistics, System::nanoTime)) {
      submitAll(writer, permits, size);
      elapsed = (System.nanoTime() - begin) / 1e9;
    }
    print(name, size, inFlight, openMillis, elapsed, syncs, counts);
    disk.deleteTree(place);
  }

  private void submitAll(WalWriter writer, Semaphore permits, int size)
      throws InterruptedException, IOException {
    Entry template = LogEntries.entry(1, 1, size);
    long end = System.nanoTime() + (long) (seconds * 1e9);
    long sequence = 0;
    while (System.nanoTime() < end) {
      permits.acquire();
      sequence++;
      var entry = new Entry(1, sequence, template.type(), template.payload());
      writer.submit(sequence, List.of(entry), new HardState(1, 1, sequence - 1), true);
      if (sequence % 500_000 == 0) {
        writer.release(sequence - 400_000);
      }
    }
  }

  private static void print(
      String name,
      int size,
      int inFlight,
      double openMillis,
      double elapsed,
      long[] syncs,
      long[] counts) {
    long[] sorted = Arrays.copyOf(syncs, (int) Math.min(counts[0], SAMPLES));
    Arrays.sort(sorted);
    System.out.printf(
        "%-12s size %5d in flight %5d: %8.0f appends/s, %6.1f a sync;"
            + " sync p50 %5.0f p99 %6.0f max %7.0f us; opened in %.1f ms%n",
        name,
        size,
        inFlight,
        counts[1] / elapsed,
        (double) counts[1] / Math.max(1, counts[0]),
        sorted[sorted.length / 2] / 1e3,
        sorted[(int) (sorted.length * 0.99)] / 1e3,
        sorted[sorted.length - 1] / 1e3,
        openMillis);
  }
}
