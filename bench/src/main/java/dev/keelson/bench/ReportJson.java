package dev.keelson.bench;

import java.util.OptionalDouble;

/**
 * The report as one line of JSON. The figures that are compared between systems come first and have
 * names that occur once, so that line tools can find them.
 */
final class ReportJson {
  private ReportJson() {}

  static String of(LoadReport report) {
    return JsonLine.object(
        line -> {
          figures(line, report);
          line.object("errorsByMessage", errors -> report.errors().forEach(errors::field));
          line.object("readLatency", part -> latency(part, report.reads()));
          line.object("writeLatency", part -> latency(part, report.writes()));
          var servers =
              report.servers().stream()
                  .map(cost -> JsonLine.object(one -> server(one, report, cost)))
                  .toList();
          line.objects("servers", servers);
          line.object("plan", plan -> plan(plan, report.plan()));
        });
  }

  private static void figures(JsonLine line, LoadReport report) {
    boolean metered = !report.servers().isEmpty();
    Latency all = report.all();
    line.field("label", report.plan().label())
        .field("workload", report.plan().workload().label())
        .field("startedAt", report.startedAt().toString())
        .strings("serverVersions", report.serverVersions())
        .field("ops", all.count())
        .field("opsPerSecond", report.operationsPerSecond())
        .field("meanMicros", figure(all, all.meanMicros()))
        .field("p50Micros", figure(all, all.p50Micros()))
        .field("p90Micros", figure(all, all.p90Micros()))
        .field("p99Micros", figure(all, all.p99Micros()))
        .field("p999Micros", figure(all, all.p999Micros()))
        .field("maxMicros", figure(all, all.maxMicros()))
        .field("errors", report.errorCount())
        .field("misses", report.misses())
        .field("conflicts", report.conflicts())
        .field("unfinished", report.unfinished())
        .field("unsent", report.unsent())
        .field("generatorCpuMicrosPerOp", report.perOperation(report.generatorCpuMicros()))
        .field(
            "serverCpuMicrosPerOp",
            metered ? report.perOperation(report.serverCpuMicros()) : Double.NaN)
        .field("serverResidentMiB", metered ? mib(report.serverResidentBytes()) : Double.NaN)
        .field("othersCpuShare", report.othersCpuShare());
  }

  private static double figure(Latency latency, double value) {
    return latency.count() == 0 ? Double.NaN : value;
  }

  private static void latency(JsonLine line, Latency latency) {
    line.field("count", latency.count())
        .field("mean", figure(latency, latency.meanMicros()))
        .field("p50", figure(latency, latency.p50Micros()))
        .field("p90", figure(latency, latency.p90Micros()))
        .field("p99", figure(latency, latency.p99Micros()))
        .field("p999", figure(latency, latency.p999Micros()))
        .field("max", figure(latency, latency.maxMicros()));
  }

  private static void server(JsonLine line, LoadReport report, LoadReport.ServerCost cost) {
    line.field("pid", cost.pid())
        .field("cpuMicrosPerOp", report.perOperation(cost.cpuMicros()))
        .field("residentMiB", mib(cost.residentBytes()));
  }

  private static void plan(JsonLine line, LoadPlan plan) {
    OptionalDouble rate = plan.ratePerSecond();
    line.strings("endpoints", plan.endpoints().stream().map(Endpoint::toString).toList())
        .field("leaderOnly", plan.leaderOnly())
        .field("conns", plan.connections())
        .field("clients", plan.clients())
        .field("threads", plan.threads())
        .field("keys", plan.keys())
        .field("keySize", plan.keyBytes())
        .field("valueSize", plan.valueBytes())
        .field("readRatio", plan.readRatio())
        .field("serializable", plan.serializable())
        .field("prefill", plan.prefill())
        .field("warmup", plan.warmupSeconds())
        .field("seconds", plan.seconds())
        .field("rate", rate.orElse(Double.NaN))
        .field("timeoutMillis", plan.callTimeoutMillis())
        .field("seed", plan.seed())
        .field("watchers", plan.watchers())
        .field("streams", plan.streams());
  }

  static double mib(long bytes) {
    return bytes / 1024.0 / 1024.0;
  }
}
