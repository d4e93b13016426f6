package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.storage.disk.PosixDisk;
import dev.keelson.storage.work.WorkerThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Measures the log on a real disk: {@code java ... WalThroughput DIRECTORY [ROUNDS]}. One line per
 * way to allocate segments, payload size and number of appends in flight; the ways take turns in
 * short rounds, so that other work on the machine meets all of them. Not a test.
 */
final class WalThroughput {
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final int SAMPLES = 1 << 20;

  private static final double ROUND_SECONDS = 0.5;

  private final Path directory;

  private WalThroughput(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 6;
    var measurement = new WalThroughput(Path.of(arguments[0]));
    WalConfig config = WalConfig.DEFAULT;
    for (int inFlight : new int[] {1, 64, 1024}) {
      for (int size : new int[] {256, 1024}) {
        var ways =
            List.of(
                new Way("grown", config.withAllocationBytes(512)),
                new Way("1 MiB steps", config),
                new Way("4 MiB steps", config.withAllocationBytes(4 << 20)));
        measurement.run(ways.get(1), size, inFlight);
        ways.get(1).forget();
        for (int round = 0; round < rounds; round++) {
          for (Way way : ways) {
            measurement.run(way, size, inFlight);
          }
        }
        ways.forEach(way -> way.print(size, inFlight));
      }
    }
  }

  private void run(Way way, int size, int inFlight) throws IOException, InterruptedException {
    var disk = new PosixDisk();
    Path place = directory.resolve("wal-throughput");
    disk.deleteTree(place);
    long opening = System.nanoTime();
    Wal wal = Wal.open(disk, place, IDENTITY, way.config);
    way.openNanos = Math.max(way.openNanos, System.nanoTime() - opening);
    var permits = new Semaphore(inFlight);
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
    long begin = System.nanoTime();
    try (var writer = new WalWriter(wal, listener, way, System::nanoTime, new WorkerThreads())) {
      submitAll(writer, permits, size);
    }
    way.elapsedNanos += System.nanoTime() - begin;
    disk.deleteTree(place);
  }

  private void submitAll(WalWriter writer, Semaphore permits, int size)
      throws InterruptedException, IOException {
    Entry template = LogEntries.entry(1, 1, size);
    long end = System.nanoTime() + (long) (ROUND_SECONDS * 1e9);
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

  /** A way to allocate, and what was measured with it. */
  private static final class Way implements WalStatistics {
    private final String name;
    private final WalConfig config;
    private final long[] syncNanos = new long[SAMPLES];
    private int syncs;
    private long appends;
    private long elapsedNanos;
    private long openNanos;

    Way(String name, WalConfig config) {
      this.name = name;
      this.config = config;
    }

    @Override
    public void batchSynced(long nanos, int batch, long payloadBytes) {
      syncNanos[syncs++ % SAMPLES] = nanos;
      appends += batch;
    }

    void forget() {
      syncs = 0;
      appends = 0;
      elapsedNanos = 0;
      openNanos = 0;
    }

    void print(int size, int inFlight) {
      long[] sorted = Arrays.copyOf(syncNanos, Math.min(syncs, SAMPLES));
      Arrays.sort(sorted);
      System.out.printf(
          "%-12s size %5d in flight %5d: %8.0f appends/s, %6.1f a sync;"
              + " sync p50 %5.0f p90 %6.0f p99 %6.0f us; slowest open %.1f ms%n",
          name,
          size,
          inFlight,
          appends / (elapsedNanos / 1e9),
          (double) appends / Math.max(1, syncs),
          sorted[sorted.length / 2] / 1e3,
          sorted[(int) (sorted.length * 0.9)] / 1e3,
          sorted[(int) (sorted.length * 0.99)] / 1e3,
          openNanos / 1e6);
    }
  }
}
