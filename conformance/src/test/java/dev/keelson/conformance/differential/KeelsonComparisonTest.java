package dev.keelson.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.conformance.InProcessCluster;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.Program;
import dev.keelson.server.External;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same random requests to Keelson members and to the etcd of the machine, side by side: answers
 * and event streams compared field by field. Others than the usual requests are drawn with {@code
 * -Dkeelson.seed}.
 */
class KeelsonComparisonTest {
  private static final int LANES = 4;
  private static final int COMMANDS_EACH = Integer.getInteger("keelson.commands", 50_000) / LANES;

  static LongStream seeds() {
    return LongStream.of(Long.getLong("keelson.seed", 1));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void keelsonAnswersAsEtcdDoes(long seed) {
    External.needsEtcd();
    List<ProcessCluster> etcds = new ArrayList<>();
    List<InProcessCluster> keelsons = new ArrayList<>();
    try {
      for (int lane = 0; lane < LANES; lane++) {
        etcds.add(ProcessCluster.start(Program.Etcd.debian(), 1, List.of()));
        keelsons.add(InProcessCluster.start(1, List.of()));
      }
      long start = System.nanoTime();
      List<Comparison.Verdict> verdicts =
          Lanes.run(
              etcds.stream().map(c -> c.endpoints().getFirst()).toList(),
              keelsons.stream().map(c -> c.endpoints().getFirst()).toList(),
              seed,
              COMMANDS_EACH);

      assertThat(verdicts)
          .allSatisfy(
              verdict ->
                  assertThat(verdict.difference())
                      .as("-Dkeelson.seed=%d, after %d commands", seed, verdict.commands())
                      .isEmpty());
      assertThat(verdicts).allMatch(verdict -> verdict.commands() == COMMANDS_EACH);
      assertThat(verdicts)
          .allMatch(v -> v.refused() > v.commands() / 50 && v.refused() < v.commands() / 2);
      System.out.printf(
          "seed=%d commands=%d refused=%d took=%s%n",
          seed,
          verdicts.stream().mapToInt(Comparison.Verdict::commands).sum(),
          verdicts.stream().mapToInt(Comparison.Verdict::refused).sum(),
          Duration.ofNanos(System.nanoTime() - start));
    } finally {
      keelsons.forEach(InProcessCluster::close);
      etcds.forEach(ProcessCluster::close);
    }
  }
}
