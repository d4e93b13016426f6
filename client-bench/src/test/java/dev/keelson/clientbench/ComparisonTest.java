package dev.keelson.clientbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.keelson.clientbench.Comparison.Measured;
import dev.keelson.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class ComparisonTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  @ParameterizedTest
  @ValueSource(strings = {"put", "get", "putLater", "watchRoundTrip", "watchFanOut"})
  void bothClientsAreMeasured(String benchmark) {
    try (var cluster = EmbeddedCluster.builder().members(1).start()) {
      System.setProperty(ClientBenchmarks.ENDPOINTS, String.join(",", cluster.endpoints()));

      var measured =
          new Comparison(cluster.endpoints(), SHORT, SHORT, benchmark + "$", 0)
              .rounds(1, progress -> {});

      assertThat(measured)
          .extracting(Measured::client, Measured::benchmark)
          .containsExactly(
              tuple(ClientBenchmarks.KEELSON, benchmark), tuple(ClientBenchmarks.JETCD, benchmark));
      assertThat(measured).allSatisfy(m -> assertThat(m.score()).isPositive());
    } finally {
      System.clearProperty(ClientBenchmarks.ENDPOINTS);
    }
  }

  @Test
  void theTableShowsMediansAndTheirRatio() {
    var measured =
        List.of(
            new Measured("put", ClientBenchmarks.KEELSON, 30, "ops/s", 2, 1),
            new Measured("put", ClientBenchmarks.JETCD, 10, "ops/s", 4, 5),
            new Measured("put", ClientBenchmarks.KEELSON, 10, "ops/s", 2, 1),
            new Measured("put", ClientBenchmarks.KEELSON, 20, "ops/s", 2, 1));

    assertThat(Table.of(measured))
        .contains("put ops/s                                  20.0         10.0     2.00")
        .contains("  CPU us/op                                 2.0          4.0     0.50")
        .contains("  threads                                   1.0          5.0     0.20");
  }
}
