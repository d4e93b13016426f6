package dev.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.keelson.conformance.process.FreshMembers;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.Program;
import dev.keelson.server.External;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The cases themselves, held against the etcd 3.4 of Debian: each passes there, or differs exactly
 * where the specification marks it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdConformanceTest {
  private static final List<String> CHEAP_PASSWORDS = List.of("--bcrypt-cost=4");

  private List<ProcessCluster> clusters = List.of();

  @BeforeAll
  void startClusters() {
    External.needsEtcd();
    clusters =
        List.of(
            ProcessCluster.start(Program.Etcd.debian(), 1, CHEAP_PASSWORDS),
            ProcessCluster.start(
                Program.Etcd.debian(), 3, SideBySide.withASteadyLeader(CHEAP_PASSWORDS)));
  }

  @AfterAll
  void stopClusters() {
    clusters.forEach(ProcessCluster::close);
  }

  @TestFactory
  Stream<DynamicTest> everyCaseHoldsOnOneMember() {
    Environment environment =
        Environment.own(clusters.getFirst().endpoints())
            .with(new FreshMembers(Program.Etcd.debian()));
    var cases = Catalogue.all().stream().filter(one -> !one.is(Tag.CLUSTER)).toList();
    return SideBySide.tests(environment, "etcd", cases, EtcdConformanceTest::judge);
  }

  @TestFactory
  Stream<DynamicTest> everyClusterCaseHoldsOnThreeMembers() {
    Environment environment = Environment.own(clusters.getLast().endpoints());
    var cases = Catalogue.all().stream().filter(one -> one.is(Tag.CLUSTER)).toList();
    return SideBySide.tests(environment, "etcd", cases, EtcdConformanceTest::judge);
  }

  private static void judge(Case one, Outcome outcome) {
    switch (outcome) {
      case Outcome.Passed() -> assertThat(one.is(Tag.NOT_ON_3_4)).isFalse();
      case Outcome.DiffersAsMarked(String _) -> assertThat(one.is(Tag.NOT_ON_3_4)).isTrue();
      case Outcome.Failed(String reason) -> throw new AssertionError(one + ": " + reason);
      case Outcome.Unsupported(String reason) -> throw new AssertionError(one + ": " + reason);
      case Outcome.Skipped(String reason) -> {
        assertThat(one.is(Tag.CRASHES_3_4) || one.is(Tag.RANDOM_ON_3_4)).as(reason).isTrue();
        abort(reason);
      }
    }
  }
}
