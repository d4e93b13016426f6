package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.server.Etcdctl;
import dev.keelson.server.External;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** What the tests of the real etcdctl have in common: three members that outlive a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EtcdctlScenario {
  private List<ProcessCluster> clusters = List.of();

  @BeforeAll
  void startCluster() {
    External.needsEtcdctl();
    clusters = List.of(ProcessCluster.start(Programs.underTest(), 3, List.of(Clusters.PATIENT)));
  }

  @AfterAll
  void stopCluster() {
    clusters.forEach(ProcessCluster::close);
  }

  final ProcessCluster cluster() {
    return clusters.getFirst();
  }

  final Etcdctl etcdctl() {
    return new Etcdctl(cluster().endpoints());
  }

  /** What a call prints that must succeed. */
  final String prints(String... arguments) {
    Etcdctl.Result result = etcdctl().run(arguments);
    assertThat(result.exitCode()).as("%s: %s", List.of(arguments), result.err()).isZero();
    return result.out();
  }

  /** The store's revision as etcdctl's JSON shows it. */
  final long revision() {
    return revisionIn(prints("get", "no such key", "-w", "json"));
  }

  static long revisionIn(String json) {
    return Long.parseLong(json.replaceFirst("(?s).*\"revision\":(\\d+).*", "$1"));
  }
}
