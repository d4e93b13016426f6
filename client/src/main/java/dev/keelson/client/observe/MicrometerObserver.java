package dev.keelson.client.observe;

import dev.keelson.client.CallReport;
import dev.keelson.client.ClientObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Meters of a client in a Micrometer registry:
 *
 * <ul>
 *   <li>{@code keelson.client.calls}, a timer of calls by {@code method}, {@code code} and {@code
 *       indefinite}: whether a call that failed may have changed something;
 *   <li>{@code keelson.client.retries}, a counter of repeated attempts by {@code method};
 *   <li>{@code keelson.client.watchers.resumed} and {@code keelson.client.leases.lost}, counters.
 * </ul>
 *
 * <p>Needs {@code io.micrometer:micrometer-core}. Thread-safe.
 */
public final class MicrometerObserver implements ClientObserver {
  private final MeterRegistry registry;
  private final Counter resumed;
  private final Counter lost;

  public MicrometerObserver(MeterRegistry registry) {
    this.registry = registry;
    this.resumed =
        Counter.builder("keelson.client.watchers.resumed")
            .description("watchers that went on over another stream")
            .register(registry);
    this.lost =
        Counter.builder("keelson.client.leases.lost")
            .description("leases that were kept alive and ended nevertheless")
            .register(registry);
  }

  @Override
  public Observation callStarted(String method) {
    return this::ended;
  }

  private void ended(CallReport report) {
    Timer.builder("keelson.client.calls")
        .description("calls of the client, repetitions included")
        .tag("method", report.method())
        .tag("code", report.code().name())
        .tag("indefinite", Boolean.toString(report.indefinite()))
        .register(registry)
        .record(report.duration());
    if (report.attempts() > 1) {
      Counter.builder("keelson.client.retries")
          .description("attempts after the first one of a call")
          .tag("method", report.method())
          .register(registry)
          .increment(report.attempts() - 1.0);
    }
  }

  @Override
  public void watchersResumed(int watchers) {
    resumed.increment(watchers);
  }

  @Override
  public void leaseLost(long lease) {
    lost.increment();
  }
}
