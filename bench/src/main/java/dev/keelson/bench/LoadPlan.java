package dev.keelson.bench;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One run, checked and complete: nothing in it needs a second look.
 *
 * @param label a name for the system under test, copied into the report; may be empty
 * @param clients requests in flight at most, spread evenly over the connections
 * @param threads event loops of the generator
 * @param ratePerSecond intended rate over all clients; without it each client sends its next
 *     request when the last is answered
 * @param readRatio share of reads in {@link WorkloadKind#MIXED}, 0 to 1
 * @param prefill whether every key is written before the load begins
 * @param callTimeoutMillis a request without an answer for so long is given up and is an error
 * @param serverPids processes whose CPU time and memory are read; may be empty
 * @param watchers open during the load: of the key that is written in {@link WorkloadKind#WATCH},
 *     of keys that nobody writes otherwise
 * @param streams that the watchers share, spread over the connections
 * @param expiringLeases with a key each, granted before the load and never kept alive
 */
record LoadPlan(
    WorkloadKind workload,
    String label,
    List<Endpoint> endpoints,
    boolean leaderOnly,
    int connections,
    int clients,
    int threads,
    int keys,
    int keyBytes,
    int valueBytes,
    double readRatio,
    boolean serializable,
    boolean prefill,
    int warmupSeconds,
    int seconds,
    OptionalDouble ratePerSecond,
    int callTimeoutMillis,
    long seed,
    List<Long> serverPids,
    int watchers,
    int streams,
    int expiringLeases) {

  LoadPlan {
    endpoints = List.copyOf(endpoints);
    serverPids = List.copyOf(serverPids);
  }

  /** Whether anything is written before the load. */
  boolean fills() {
    return prefill || expiringLeases > 0;
  }

  /** Whether the figures of this load are those of events, and its puts only their cause. */
  boolean countsEvents() {
    return workload == WorkloadKind.WATCH;
  }
}
