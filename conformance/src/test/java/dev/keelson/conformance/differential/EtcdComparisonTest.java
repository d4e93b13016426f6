package dev.keelson.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.Program;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The comparison itself: two etcds answer alike, and a planted difference is found. */
class EtcdComparisonTest {
  private List<ProcessCluster> clusters = List.of();

  @BeforeEach
  void startClusters() {
    Assumptions.assumeTrue(
        Program.Etcd.isInstalled(),
        "needs " + Program.Etcd.DEBIAN + ": install Debian's package etcd-server");
    clusters =
        List.of(
            ProcessCluster.start(Program.Etcd.debian(), 1, List.of()),
            ProcessCluster.start(Program.Etcd.debian(), 1, List.of()));
  }

  @AfterEach
  void stopClusters() {
    clusters.forEach(ProcessCluster::close);
  }

  @Test
  void twoEtcdsAnswerAlikeAndALostWriteIsFound() {
    try (Store one = Store.connect(clusters.getFirst().member(0).endpoint());
        Store other = Store.connect(clusters.getLast().member(0).endpoint())) {
      var comparison = new Comparison(one, other);

      Comparison.Verdict alike = comparison.run(1, 1500, Duration.ofSeconds(20));
      assertThat(alike.difference()).isEmpty();
      assertThat(alike.commands()).isGreaterThan(100);
      assertThat(alike.refused()).isGreaterThan(10).isLessThan(alike.commands() / 2);

      var keys = new Keys(ByteString.EMPTY);
      one.put(keys.put("b", "only here"));
      other.put(keys.put("b", "only there"));
      assertThat(comparison.run(2, 500, Duration.ofSeconds(20)).difference()).isPresent();
    }
  }
}
