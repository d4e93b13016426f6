package dev.keelson.server.metrics;

import dev.keelson.server.measure.Distribution;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * Families of numbers under exactly the names that are given, all of them asked for at a scrape.
 * They are Prometheus' own collectors, in the registry under Micrometer's: Micrometer takes {@code
 * _total} off a gauge's name, as several of etcd's have it, and fills its own histograms only.
 */
final class Families {
  private final PrometheusRegistry registry;
  private final List<BareCounter> bareCounters = new ArrayList<>();

  /** Takes the values of a family, each under the values of the family's labels. */
  @FunctionalInterface
  interface Sink {
    void value(double value, String... labelValues);
  }

  /** Takes the distributions of a family. */
  @FunctionalInterface
  interface DistributionSink {
    void distribution(Distribution distribution, String... labelValues);
  }

  /**
   * A counter whose name does not end with {@code _total}, as etcd has a few. The library cannot
   * write one.
   */
  record BareCounter(String name, String help, DoubleSupplier value) {
    String text() {
      return "# HELP %s %s\n# TYPE %s counter\n%s %s\n"
          .formatted(name, help, name, name, value.getAsDouble());
    }
  }

  Families(PrometheusRegistry registry) {
    this.registry = registry;
  }

  void gauge(String name, String help, DoubleSupplier value) {
    gauges(name, help, List.of(), sink -> sink.value(value.getAsDouble()));
  }

  void gauges(String name, String help, List<String> labels, Consumer<Sink> values) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(callback -> values.accept(callback::call))
        .register(registry);
  }

  void counter(String name, String help, DoubleSupplier value) {
    counters(name, help, List.of(), sink -> sink.value(value.getAsDouble()));
  }

  void counters(String name, String help, List<String> labels, Consumer<Sink> values) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(callback -> values.accept(callback::call))
        .register(registry);
  }

  void bareCounter(String name, String help, DoubleSupplier value) {
    bareCounters.add(new BareCounter(name, help, value));
  }

  List<BareCounter> bareCounters() {
    return bareCounters;
  }

  void histogram(String name, String help, Distribution distribution) {
    histograms(name, help, List.of(), sink -> sink.distribution(distribution));
  }

  void histograms(
      String name, String help, List<String> labels, Consumer<DistributionSink> distributions) {
    var metadata = new MetricMetadata(name, help);
    var names = labels.toArray(String[]::new);
    registry.register(
        new Collector() {
          @Override
          public MetricFamilyDescriptor getMetricFamilyDescriptor() {
            // So that a name that is taken is refused at once.
            return MetricFamilyDescriptor.of(MetricType.HISTOGRAM, metadata, labels);
          }

          @Override
          public MetricSnapshot collect() {
            var points = new ArrayList<HistogramDataPointSnapshot>();
            distributions.accept(
                (distribution, values) ->
                    points.add(point(distribution, Labels.of(names, values))));
            return new HistogramSnapshot(metadata, points);
          }
        });
  }

  private static HistogramDataPointSnapshot point(Distribution distribution, Labels labels) {
    double[] bounds = distribution.upperBounds();
    double[] withInfinity = Arrays.copyOf(bounds, bounds.length + 1);
    withInfinity[bounds.length] = Double.POSITIVE_INFINITY;
    return HistogramDataPointSnapshot.builder()
        .classicHistogramBuckets(ClassicHistogramBuckets.of(withInfinity, distribution.counts()))
        .sum(distribution.sum())
        .labels(labels)
        .build();
  }
}
