package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final LoadPlan PLAN =
      new LoadPlan(
          WorkloadKind.MIXED,
          "etcd",
          List.of(new Endpoint("127.0.0.1", 2379), new Endpoint("::1", 1)),
          false,
          64,
          256,
          1,
          10_000,
          32,
          256,
          0.8,
          false,
          true,
          3,
          10,
          OptionalDouble.empty(),
          10_000,
          42,
          List.of(11L, 12L),
          0,
          1,
          0);

  private static LoadReport report(long ops, List<LoadReport.ServerCost> servers) {
    var latency = new Latency(ops, 1_500, 1_000, 2_000, 3_000, 4_000, 5_000);
    return new LoadReport(
        PLAN,
        List.of("3.4.23"),
        Instant.EPOCH,
        latency,
        latency,
        latency,
        Map.of("UNAVAILABLE: \"gone\"\n\t\\", 7L),
        1,
        2,
        3,
        4,
        130_000,
        0.125,
        servers);
  }

  private static final List<LoadReport.ServerCost> SERVERS =
      List.of(
          new LoadReport.ServerCost(11, 1_000_000, 64 << 20),
          new LoadReport.ServerCost(12, 500_000, 32 << 20));

  @Test
  void jsonIsOneLineWithTheFiguresOnTop() {
    String json = ReportJson.of(report(10_000, SERVERS));

    assertThat(json).doesNotContain("\n");
    assertThat(Console.parse(json))
        .containsEntry("label", "etcd")
        .containsEntry("workload", "mixed")
        .containsEntry("serverVersions", List.of("3.4.23"))
        .containsEntry("ops", 10_000)
        .containsEntry("opsPerSecond", 1_000.0)
        .containsEntry("p50Micros", 1_000.0)
        .containsEntry("p99Micros", 3_000.0)
        .containsEntry("errors", 7)
        .containsEntry("errorsByMessage", Map.of("UNAVAILABLE: \"gone\"\n\t\\", 7))
        .containsEntry("generatorCpuMicrosPerOp", 13.0)
        .containsEntry("serverCpuMicrosPerOp", 150.0)
        .containsEntry("serverResidentMiB", 96.0)
        .containsEntry("othersCpuShare", 0.125)
        .containsEntry(
            "servers",
            List.of(
                Map.of("pid", 11, "cpuMicrosPerOp", 100.0, "residentMiB", 64.0),
                Map.of("pid", 12, "cpuMicrosPerOp", 50.0, "residentMiB", 32.0)));
  }

  @Test
  void jsonRepeatsThePlan() {
    var plan = Console.part(Console.parse(ReportJson.of(report(1, SERVERS))), "plan");

    assertThat(plan.get("endpoints")).isEqualTo(List.of("127.0.0.1:2379", "[::1]:1"));
    assertThat(plan.get("conns")).isEqualTo(64);
    assertThat(plan.get("clients")).isEqualTo(256);
    assertThat(plan.get("seconds")).isEqualTo(10);
    assertThat(plan.get("rate")).isNull();
    assertThat(plan.get("seed")).isEqualTo(42);
  }

  /** Line tools of the comparison take the first hit of a name. */
  @Test
  void comparedFiguresComeBeforeAnythingOfTheSameName() {
    String json = ReportJson.of(report(10_000, SERVERS));

    assertThat(json.indexOf("\"opsPerSecond\":")).isEqualTo(json.lastIndexOf("\"opsPerSecond\":"));
    assertThat(json.indexOf("\"serverCpuMicrosPerOp\":")).isLessThan(json.indexOf("\"servers\":"));
  }

  @Test
  void figuresThatDoNotExistAreNull() {
    var json = Console.parse(ReportJson.of(report(0, List.of())));

    assertThat(json)
        .containsEntry("opsPerSecond", 0.0)
        .containsEntry("p50Micros", null)
        .containsEntry("generatorCpuMicrosPerOp", null)
        .containsEntry("serverCpuMicrosPerOp", null)
        .containsEntry("serverResidentMiB", null)
        .containsEntry("servers", List.of());
  }

  @Test
  void tableIsForReading() {
    assertThat(ReportTable.of(report(10_000, SERVERS)))
        .isEqualTo(
            """
            mixed  256 clients on 64 connections to 2 endpoints  10000 keys of 32 B, values of 256 B
            10 s after 3 s of warm-up  as fast as answered  seed 42

            latency, ms       ops/s      mean       p50       p90       p99     p99.9       max
            all                1000     1.500     1.000     2.000     3.000     4.000     5.000
            reads              1000     1.500     1.000     2.000     3.000     4.000     5.000
            writes             1000     1.500     1.000     2.000     3.000     4.000     5.000

            errors                7
                                  7  UNAVAILABLE: "gone" \\
            misses                1  reads that found no key
            conflicts             2  guards that did not hold
            unfinished            3  in flight at the end, not counted
            unsent                4  due at the asked rate, but no client was free
            generator          13.0 us CPU an operation
            servers           150.0 us CPU an operation      96.0 MiB resident
              pid 11          100.0 us CPU an operation      64.0 MiB resident
              pid 12           50.0 us CPU an operation      32.0 MiB resident
            others             12.5 % of the machine's CPU time went elsewhere
            """);
  }

  @Test
  void tableOfALoadInWhichNothingSucceededHasNoFigures() {
    assertThat(ReportTable.of(report(0, SERVERS)))
        .contains("all                   0         -         -")
        .contains("generator             - us CPU an operation");
  }
}
