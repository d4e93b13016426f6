package dev.keelson.server.metrics;

import dev.keelson.server.http.HttpEndpoint;
import dev.keelson.server.http.HttpQuery;
import dev.keelson.server.http.HttpReply;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * GET /metrics. Scrapes are answered by a thread of their own ("keelson-metrics"): asking the store
 * and the JVM takes milliseconds, which no connection shall wait for. The registry is made for the
 * first scrape, so that it takes nothing of the start.
 */
public final class MemberMetrics implements HttpEndpoint, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemberMetrics.class);
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int MAX_WAITING = 16;
  private static final long CLOSE_SECONDS = 5;

  private final MetricSources sources;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          task -> Thread.ofPlatform().name("keelson-metrics").daemon().unstarted(task));

  // Owned by the thread.
  private Optional<Made> made = Optional.empty();

  /** The registry, and what it cannot write. */
  private record Made(PrometheusMeterRegistry registry, List<Families.BareCounter> bareCounters) {}

  public MemberMetrics(MetricSources sources) {
    this.sources = sources;
  }

  @Override
  public void answer(HttpQuery query) {
    try {
      thread.execute(() -> query.reply().accept(scrape()));
    } catch (RejectedExecutionException e) {
      query.reply().accept(failure(503, "too many scrapes wait, or the member stops\n"));
    }
  }

  private HttpReply scrape() {
    try {
      var current = made.orElseGet(this::make);
      made = Optional.of(current);
      var text = new StringBuilder(current.registry.scrape());
      current.bareCounters.forEach(counter -> text.append(counter.text()));
      return new HttpReply(200, CONTENT_TYPE, text.toString(), Map.of());
    } catch (RuntimeException e) {
      log.error("metrics cannot be told", e);
      return failure(500, "metrics cannot be told: " + e + "\n");
    }
  }

  private static HttpReply failure(int status, String text) {
    return new HttpReply(status, "text/plain; charset=utf-8", text, Map.of());
  }

  private Made make() {
    var registry =
        new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
    // Two meters of one name are a mistake of ours; Micrometer would drop one and go on.
    registry.throwExceptionOnRegistrationFailure();
    var families = new Families(registry.getPrometheusRegistry());
    new ServerMeters(sources).register(families);
    new StoreMeters(sources).register(families);
    new NetworkMeters(sources).register(families);
    new RpcMeters(sources.calls()).register(families);
    new StageMeters(sources).register(families, registry);
    new EngineMeters(sources.store()).register(registry);
    new ProcessMeters().register(families, registry);
    return new Made(registry, new ArrayList<>(families.bareCounters()));
  }

  /** Ends the scrape under way, so that the store may be closed after. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    made.ifPresent(current -> current.registry.close());
  }
}
