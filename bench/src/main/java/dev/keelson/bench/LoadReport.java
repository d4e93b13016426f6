package dev.keelson.bench;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run measured. Where watchers are counted, reads are their events, and so are all.
 *
 * @param serverVersions as the servers gave them
 * @param startedAt when the measurement began, after the warm-up
 * @param errors times by status and message
 * @param misses reads that found no key
 * @param conflicts guarded puts whose guard did not hold
 * @param unfinished operations in flight when the measurement ended: in no other figure
 * @param unsent operations that the asked rate called for and no client was free to send
 * @param generatorCpuMicros CPU time of this process over the measurement
 * @param othersCpuShare part of all processors' time that neither the servers nor this process
 *     used: the noise of the machine, 0 to 1; not a number where it was not measured
 */
record LoadReport(
    LoadPlan plan,
    List<String> serverVersions,
    Instant startedAt,
    Latency all,
    Latency reads,
    Latency writes,
    Map<String, Long> errors,
    long misses,
    long conflicts,
    long unfinished,
    long unsent,
    double generatorCpuMicros,
    double othersCpuShare,
    List<ServerCost> servers) {

  /** A server process: its CPU time over the measurement, and its memory at the end of it. */
  record ServerCost(long pid, double cpuMicros, long residentBytes) {}

  LoadReport {
    serverVersions = List.copyOf(serverVersions);
    errors = Collections.unmodifiableMap(new TreeMap<>(errors));
    servers = List.copyOf(servers);
  }

  double operationsPerSecond() {
    return perSecond(all);
  }

  double perSecond(Latency part) {
    return (double) part.count() / plan.seconds();
  }

  long errorCount() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Not a number where no operation succeeded. */
  double perOperation(double micros) {
    return all.count() == 0 ? Double.NaN : micros / all.count();
  }

  double serverCpuMicros() {
    return servers.stream().mapToDouble(ServerCost::cpuMicros).sum();
  }

  long serverResidentBytes() {
    return servers.stream().mapToLong(ServerCost::residentBytes).sum();
  }
}
