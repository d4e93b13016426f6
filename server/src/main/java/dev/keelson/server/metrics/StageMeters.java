package dev.keelson.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
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
    var comparison = stages.apply().comparison();
    families.gauge(
        "keelson_state_agreed_index",
        "Last index at which this state was that of the member that told its own",
        comparison::agreedIndex);
    families.counter(
        "keelson_state_differences_total",
        "Times that a member told another state than this one",
        comparison::different);
    families.gauges(
        "keelson_stalled_workers",
        "Those who live and get nowhere; without the core the member serves nobody",
        List.of("kind"),
        sink -> {
          sink.value(stalled(true), "core");
          sink.value(stalled(false), "background");
        });
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

  private double stalled(boolean core) {
    return (double) sources.standstills().get().stream().filter(one -> one.core() == core).count();
  }

  private long behind() {
    long applied = sources.store().current().applied().index(); // first: never negative
    return Math.max(0, sources.stages().inbox().status().commitIndex() - applied);
  }
}
