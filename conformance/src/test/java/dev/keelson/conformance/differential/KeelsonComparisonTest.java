package dev.keelson.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.conformance.InProcessCluster;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.Program;
import dev.keelson.conformance.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same random commands to a Keelson member and to the etcd of the machine. */
class KeelsonComparisonTest {
  private static final int COMMANDS = 3_000;
  private static final Duration AT_MOST = Duration.ofSeconds(10);

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.rangeClosed(1, 3);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void keelsonAnswersAsEtcdDoes(long seed) {
    Assumptions.assumeTrue(
        Program.Etcd.isInstalled(),
        "needs " + Program.Etcd.DEBIAN + ": install Debian's package etcd-server");
    try (var etcd = ProcessCluster.start(Program.Etcd.debian(), 1, List.of());
        var keelson = InProcessCluster.start(1, List.of());
        var reference = Store.connect(etcd.endpoints().getFirst());
        var subject = Store.connect(keelson.endpoints().getFirst())) {
      Comparison.Verdict verdict = new Comparison(reference, subject).run(seed, COMMANDS, AT_MOST);

      assertThat(verdict.difference()).as("after %d commands", verdict.commands()).isEmpty();
      assertThat(verdict.commands()).isGreaterThan(100);
      System.out.println("seed=" + seed + " " + verdict);
    }
  }
}
