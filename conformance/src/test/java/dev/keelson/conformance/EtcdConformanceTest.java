package dev.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.keelson.conformance.process.FreshMembers;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.Program;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
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
  private List<ProcessCluster> clusters = List.of();

  @BeforeAll
  void startClusters() {
    Assumptions.assumeTrue(
        Program.Etcd.isInstalled(),
        "needs " + Program.Etcd.DEBIAN + ": install Debian's package etcd-server");
    clusters =
        List.of(
            ProcessCluster.start(Program.Etcd.debian(), 1, List.of()),
            ProcessCluster.start(Program.Etcd.debian(), 3, List.of()));
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
    var slow = new SideBySide(cases, one -> runAlone(environment, one));
    var runner = new ConformanceRunner(environment, "etcd");
    // The slow ones last: they run while the others do.
    return Stream.concat(
            cases.stream().filter(one -> !slow.runs(one)), cases.stream().filter(slow::runs))
        .map(
            one ->
                dynamicTest(
                    one.toString(),
                    () -> judge(one, slow.runs(one) ? slow.verdict(one) : runner.run(one))))
        .onClose(runner::close)
        .onClose(slow::close);
  }

  @TestFactory
  Stream<DynamicTest> everyClusterCaseHoldsOnThreeMembers() {
    var runner = new ConformanceRunner(Environment.own(clusters.getLast().endpoints()), "etcd");
    return Catalogue.all().stream()
        .filter(one -> one.is(Tag.CLUSTER))
        .map(one -> dynamicTest(one.toString(), () -> judge(one, runner.run(one))))
        .onClose(runner::close);
  }

  private static Outcome runAlone(Environment environment, Case one) {
    try (var runner = new ConformanceRunner(environment, "etcd")) {
      return runner.run(one);
    }
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
