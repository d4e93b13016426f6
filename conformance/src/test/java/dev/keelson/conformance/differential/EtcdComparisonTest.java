package dev.keelson.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.Program;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.server.External;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The comparison itself: two etcds answer alike, and a planted difference is found. */
class EtcdComparisonTest {
  private List<ProcessCluster> clusters = List.of();

  @BeforeEach
  void startClusters() {
    External.needsEtcd();
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
      try (var comparison = new Comparison(one, other)) {
        Comparison.Verdict alike = comparison.run(1, Integer.getInteger("keelson.commands", 3000));
        assertThat(alike.difference()).isEmpty();
        assertThat(alike.refused()).isBetween(alike.commands() / 50, alike.commands() / 2);
      }

      var keys = new Keys(ByteString.EMPTY);
      one.put(keys.put("b", "only here"));
      other.put(keys.put("b", "only there"));
      try (var comparison = new Comparison(one, other)) {
        assertThat(comparison.run(2, 500).difference()).isPresent();
      }
    }
  }

  /** The key differs for the watcher alone: it is never read. */
  @Test
  void anEventThatDiffersIsFound() {
    try (Store one = Store.connect(clusters.getFirst().member(0).endpoint());
        Store other = Store.connect(clusters.getLast().member(0).endpoint())) {
      var watchers = new Watchers(new Side(one).watch(), new Side(other).watch());
      assertThat(watchers.begin(1)).isEmpty();
      var keys = new Keys(ByteString.EMPTY);
      one.put(keys.put("a", "1"));
      long revision = other.put(keys.put("a", "1")).getHeader().getRevision();
      assertThat(watchers.settle(revision)).isEmpty();

      one.put(keys.put("a", "2"));
      other.put(keys.put("a", "3"));
      assertThat(watchers.settle(revision + 1)).isPresent();
    }
  }
}
