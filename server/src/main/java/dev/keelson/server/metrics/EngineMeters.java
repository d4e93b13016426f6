package dev.keelson.server.metrics;

import dev.keelson.server.apply.LiveStore;
import dev.keelson.storage.mvcc.MvccStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** {@code keelson_rocksdb_*}: the engine under the store. */
record EngineMeters(LiveStore store) {
  void register(MeterRegistry registry) {
    memory(registry, "memtables", of -> of.engineStats().memory().memtableBytes());
    memory(registry, "cache", of -> of.engineStats().memory().cacheBytes());
    memory(registry, "table_readers", of -> of.engineStats().memory().tableReaderBytes());
    gauge(
        registry,
        "keelson.rocksdb.table.bytes",
        "Bytes of all table files",
        of -> of.engineStats().bytesOnDisk());
    gauge(
        registry,
        "keelson.rocksdb.table.files",
        "Table files in use",
        of -> of.engineWork().tableFiles());
    gauge(
        registry,
        "keelson.rocksdb.compaction.pending.bytes",
        "Bytes that compactions have yet to rewrite",
        of -> of.engineWork().pendingCompactionBytes());
    gauge(
        registry,
        "keelson.rocksdb.compactions.running",
        "Compactions under way",
        of -> of.engineWork().runningCompactions());
    gauge(
        registry,
        "keelson.rocksdb.flushes.running",
        "Flushes under way",
        of -> of.engineWork().runningFlushes());
    gauge(
        registry,
        "keelson.rocksdb.write.delayed.rate",
        "Bytes a second to which writes are slowed down; 0 if they are not",
        of -> of.engineWork().delayedBytesPerSecond());
  }

  private void memory(MeterRegistry registry, String part, ToDoubleFunction<MvccStore> bytes) {
    Gauge.builder("keelson.rocksdb.memory.bytes", () -> held(bytes))
        .description("Memory outside of the heap; memtables are charged to the cache too")
        .tag("part", part)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry, String name, String meaning, ToDoubleFunction<MvccStore> number) {
    Gauge.builder(name, () -> held(number)).description(meaning).register(registry);
  }

  private double held(ToDoubleFunction<MvccStore> number) {
    try (var held = store.hold()) {
      return number.applyAsDouble(held.store());
    }
  }
}
