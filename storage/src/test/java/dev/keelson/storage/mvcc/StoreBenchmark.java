package dev.keelson.storage.mvcc;

import com.sun.management.OperatingSystemMXBean;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.RocksEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * Measures the store alone: {@code StoreBenchmark <keys> <valueBytes> <batch>}. CPU is that of the
 * whole process, the engine's background work included.
 */
final class StoreBenchmark {
  private static final int READS = 400_000;

  private final Random random = new Random(1);
  private final int keys;
  private final int batch;
  private final Bytes value;
  private long index;

  private StoreBenchmark(int keys, int valueBytes, int batch) {
    this.keys = keys;
    this.batch = batch;
    byte[] content = new byte[valueBytes];
    random.nextBytes(content);
    this.value = Bytes.wrap(content);
  }

  public static void main(String[] arguments) throws IOException {
    int keys = Integer.parseInt(arguments[0]);
    int valueBytes = Integer.parseInt(arguments[1]);
    int batch = Integer.parseInt(arguments[2]);
    System.out.println("-- to warm up");
    new StoreBenchmark(50_000, valueBytes, batch).run();
    System.out.println("-- to measure");
    new StoreBenchmark(keys, valueBytes, batch).run();
  }

  private void run() throws IOException {
    Path directory = Files.createTempDirectory("keelson-store");
    try (var store =
        MvccStore.open(
            RocksEngine.open(directory, EngineConfig.defaults()), MvccConfig.defaults())) {
      print("%d keys of %d bytes, %d puts a batch", keys, value.length(), batch);
      measure("put, new key, in order", keys, () -> puts(store, keys, true));
      measure("put, existing key, random", keys, () -> puts(store, keys, false));
      measure("get, random", READS, () -> gets(store, true));
      measure("get, random, again", READS, () -> gets(store, true));
      measure("get, absent", READS, () -> gets(store, false));
      measure("range of 10 keys", READS / 10, () -> ranges(store, READS / 10, 10));
      measure("range of 10,000 keys", 20, () -> ranges(store, 20, 10_000));
      measure("count of all", 5, () -> counts(store, 0));
      measure("count of all at an earlier revision", 5, () -> counts(store, keys / 2 + 2L));
      measure("hash, per change", 2L * keys, () -> store.hashAt(0));
      var outcome = store.scheduleCompaction(store.revision());
      store.commitBatch(new LogPosition(1, index));
      measure("compaction, per change (" + outcome + ")", 2L * keys, () -> compact(store));
      store.commitBatch(new LogPosition(1, index));
      measure("get, after compaction", READS, () -> gets(store, true));
      print("%s", store.stats());
    }
  }

  private void puts(MvccStore store, int count, boolean inOrder) {
    for (int i = 0; i < count; i++) {
      var txn = store.begin();
      txn.put(key(inOrder ? i : random.nextInt(keys)), value, 0);
      txn.commit();
      index++;
      if (index % batch == 0) {
        store.commitBatch(new LogPosition(1, index));
      }
    }
    store.commitBatch(new LogPosition(1, index));
  }

  private void gets(MvccStore store, boolean present) {
    long found = 0;
    for (int i = 0; i < READS; i++) {
      var key = key(present ? random.nextInt(keys) : keys + i);
      try (var view = store.openView()) {
        var outcome = view.range(RangeQuery.all(new KeyRange.Single(key)));
        found += ((RangeOutcome.Found) outcome).kvs().size();
      }
    }
    if (found != (present ? READS : 0)) {
      throw new IllegalStateException("found " + found);
    }
  }

  private void ranges(MvccStore store, int count, int length) {
    for (int i = 0; i < count; i++) {
      int from = random.nextInt(Math.max(1, keys - length));
      try (var view = store.openView()) {
        view.range(RangeQuery.all(new KeyRange.HalfOpen(key(from), key(from + length))));
      }
    }
  }

  private void counts(MvccStore store, long revision) {
    var query =
        RangeQuery.all(new KeyRange.From(Bytes.EMPTY))
            .withRevision(revision)
            .withProjection(RangeQuery.Projection.COUNT_ONLY);
    for (int i = 0; i < 5; i++) {
      try (var view = store.openView()) {
        view.range(query);
      }
    }
  }

  private static void compact(MvccStore store) {
    while (store.compactor().step(1_000)) {}
  }

  private static Bytes key(int number) {
    byte[] key = "/registry/pods/default/pod-00000000".getBytes(StandardCharsets.US_ASCII);
    int rest = number;
    for (int i = key.length - 1; rest > 0; i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return Bytes.wrap(key);
  }

  private static void measure(String name, long operations, Runnable work) {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var threads = ManagementFactory.getThreadMXBean();
    long cpuBefore = system.getProcessCpuTime();
    long ownBefore = threads.getCurrentThreadCpuTime();
    long before = System.nanoTime();
    work.run();
    long nanos = System.nanoTime() - before;
    long cpu = system.getProcessCpuTime() - cpuBefore;
    long own = threads.getCurrentThreadCpuTime() - ownBefore;
    print(
        "%-40s %10.2f us wall %10.2f us CPU %10.2f us CPU of this thread",
        name, micros(nanos, operations), micros(cpu, operations), micros(own, operations));
  }

  private static double micros(long nanos, long operations) {
    return nanos / 1_000.0 / operations;
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
