package dev.keelson.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** {@code keelson_*}: how much waits before each stage, how much it takes at once, how long. */
record StageMeters(MetricSources sources) {
  void register(Families families, MeterRegistry registry) {
    var stages = sources.stages();
    var inbox = stages.inbox();
    queue(registry, "calls", () -> sources.calls().waiting());
    queue(registry, "replica_messages", () -> inbox.depth().messages());
    queue(registry, "replica_proposals", () -> inbox.depth().proposals());
    queue(registry, "replica_reads", () -> inbox.depth().reads());
    queue(registry, "wal", () -> stages.wal().queued());
    queue(registry, "apply", () -> stages.apply().queued());
    families.histogram(
        "keelson_replica_batch_inputs",
        "Messages, proposals and reads in one round of the replica thread",
        stages.replica().measures().batches());
    families.histogram(
        "keelson_wal_batch_appends",
        "Appends that one fdatasync made durable",
        stages.wal().measures().batches());
    families.histogram(
        "keelson_apply_batch_entries",
        "Entries that became visible together",
        stages.apply().measures().batches());
    families.histogram(
        "keelson_apply_duration_seconds",
        "Time of a batch from its first entry to its last answer",
        stages.apply().measures().times());
    families.histogram(
        "keelson_store_flush_duration_seconds",
        "Time of making the store durable",
        stages.upkeep().flushes());
    Gauge.builder("keelson.apply.backlog", () -> behind())
        .description("Entries that are committed and not applied yet")
        .register(registry);
  }

  private static void queue(MeterRegistry registry, String stage, Supplier<Number> depth) {
    Gauge.builder("keelson.queue.depth", depth)
        .description("What waits before a stage")
        .tag("stage", stage)
        .register(registry);
  }

  private long behind() {
    long applied = sources.store().current().applied().index(); // first: never negative
    return Math.max(0, sources.stages().inbox().status().commitIndex() - applied);
  }
}
