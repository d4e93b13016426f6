package dev.keelson.bench;

import java.util.Locale;

/** The report for people. */
final class ReportTable {
  private final StringBuilder text = new StringBuilder();
  private final LoadReport report;

  private ReportTable(LoadReport report) {
    this.report = report;
  }

  static String of(LoadReport report) {
    var table = new ReportTable(report);
    table.head();
    table.latencies();
    table.counts();
    table.costs();
    return table.text.toString();
  }

  private void head() {
    var plan = report.plan();
    line(
        "%s  %d clients on %d connections to %s  %d keys of %d B, values of %d B",
        plan.workload().label(),
        plan.clients(),
        plan.connections(),
        plan.leaderOnly() ? "the leader" : plan.endpoints().size() + " endpoints",
        plan.keys(),
        plan.keyBytes(),
        plan.valueBytes());
    line(
        "%d s after %d s of warm-up  %s  seed %d",
        plan.seconds(),
        plan.warmupSeconds(),
        plan.ratePerSecond().isPresent()
            ? "%.0f ops/s intended".formatted(plan.ratePerSecond().getAsDouble())
            : "as fast as answered",
        plan.seed());
    if (plan.watchers() > 0) {
      line(
          "%d watchers on %d streams  of %s",
          plan.watchers(),
          plan.streams(),
          plan.countsEvents() ? "the key that is written" : "keys that nobody writes");
    }
  }

  private void latencies() {
    line("");
    line(
        "%-12s %10s %9s %9s %9s %9s %9s %9s",
        "latency, ms", "ops/s", "mean", "p50", "p90", "p99", "p99.9", "max");
    if (report.plan().countsEvents()) {
      row("events", report.reads());
      row("puts", report.writes());
    } else {
      row("all", report.all());
    }
    if (report.plan().workload() == WorkloadKind.MIXED) {
      row("reads", report.reads());
      row("writes", report.writes());
    }
    line("");
  }

  private void row(String name, Latency latency) {
    if (latency.count() == 0) {
      line("%-12s %10.0f %9s %9s %9s %9s %9s %9s", name, 0.0, "-", "-", "-", "-", "-", "-");
      return;
    }
    line(
        "%-12s %10.0f %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f",
        name,
        report.perSecond(latency),
        latency.meanMicros() / 1e3,
        latency.p50Micros() / 1e3,
        latency.p90Micros() / 1e3,
        latency.p99Micros() / 1e3,
        latency.p999Micros() / 1e3,
        latency.maxMicros() / 1e3);
  }

  private void counts() {
    line("%-12s %10d", "errors", report.errorCount());
    // The text comes from the server: nothing in it may steer the terminal.
    report
        .errors()
        .forEach(
            (message, times) ->
                line("%-12s %10d  %s", "", times, message.replaceAll("\\p{Cntrl}+", " ")));
    count("misses", report.misses(), "reads that found no key");
    count("conflicts", report.conflicts(), "guards that did not hold");
    count("unfinished", report.unfinished(), "in flight at the end, not counted");
    count("unsent", report.unsent(), "due at the asked rate, but no client was free");
  }

  private void count(String name, long times, String meaning) {
    if (times > 0) {
      line("%-12s %10d  %s", name, times, meaning);
    }
  }

  private void costs() {
    line("%-12s %10s us CPU an operation", "generator", perOperation(report.generatorCpuMicros()));
    if (report.servers().isEmpty()) {
      return;
    }
    line(
        "%-12s %10s us CPU an operation %9.1f MiB resident",
        "servers", perOperation(report.serverCpuMicros()), mib(report.serverResidentBytes()));
    for (var server : report.servers()) {
      line(
          "  pid %-7d %9s us CPU an operation %9.1f MiB resident",
          server.pid(), perOperation(server.cpuMicros()), mib(server.residentBytes()));
    }
    line(
        "%-12s %10.1f %% of the machine's CPU time went elsewhere",
        "others", report.othersCpuShare() * 100);
  }

  private String perOperation(double micros) {
    double each = report.perOperation(micros);
    return Double.isNaN(each) ? "-" : String.format(Locale.ROOT, "%.1f", each);
  }

  private static double mib(long bytes) {
    return ReportJson.mib(bytes);
  }

  @com.google.errorprone.annotations.FormatMethod
  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
