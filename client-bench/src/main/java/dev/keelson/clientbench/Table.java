package dev.keelson.clientbench;

import dev.keelson.clientbench.Comparison.Measured;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Medians over the rounds, for people. */
final class Table {
  private Table() {}

  /** A line each benchmark and figure: this client, jetcd, and the first by the second. */
  static String of(List<Measured> measured) {
    var text =
        new StringBuilder("%-34s %12s %12s %8s%n".formatted("median", "keelson", "jetcd", "ratio"));
    measured.stream()
        .map(Measured::benchmark)
        .distinct()
        .forEach(
            benchmark -> {
              var of = measured.stream().filter(m -> m.benchmark().equals(benchmark)).toList();
              String unit = of.getFirst().unit();
              text.append(line(benchmark + " " + unit, of, Measured::score));
              text.append(line("  CPU us/op", of, Measured::cpuMicros));
              text.append(line("  threads", of, Measured::threads));
            });
    return text.toString();
  }

  private static String line(
      String name, List<Measured> measured, ToDoubleFunction<Measured> figure) {
    double ours = median(measured, ClientBenchmarks.KEELSON, figure);
    double theirs = median(measured, ClientBenchmarks.JETCD, figure);
    return "%-34s %12.1f %12.1f %8.2f%n".formatted(name, ours, theirs, ours / theirs);
  }

  private static double median(
      List<Measured> measured, String client, ToDoubleFunction<Measured> figure) {
    double[] sorted =
        measured.stream()
            .filter(m -> m.client().equals(client))
            .mapToDouble(figure)
            .sorted()
            .toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
