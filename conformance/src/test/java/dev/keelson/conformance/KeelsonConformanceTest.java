package dev.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every case, against one member and against a follower of three. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeelsonConformanceTest {
  private static final List<String> CHEAP_PASSWORDS = List.of("--bcrypt-cost=4");

  private List<InProcessCluster> clusters = List.of();

  @BeforeAll
  void startClusters() {
    clusters =
        List.of(
            InProcessCluster.start(1, CHEAP_PASSWORDS),
            InProcessCluster.start(3, SideBySide.withASteadyLeader(CHEAP_PASSWORDS)));
  }

  @AfterAll
  void stopClusters() {
    clusters.forEach(InProcessCluster::close);
  }

  @TestFactory
  Stream<DynamicTest> everyCaseHoldsOnOneMember() {
    Environment environment =
        Environment.own(clusters.getFirst().endpoints()).with(InProcessCluster.factory());
    return run(environment, Catalogue.all().stream().filter(one -> !one.is(Tag.CLUSTER)));
  }

  /** Through the last member, so that most writes and reads go by way of the leader. */
  @TestFactory
  Stream<DynamicTest> everyCaseHoldsOnThreeMembers() {
    return run(
        Environment.own(clusters.getLast().endpoints().reversed()),
        Catalogue.all().stream().filter(one -> !one.is(Tag.FRESH_MEMBER)));
  }

  private static Stream<DynamicTest> run(Environment environment, Stream<Case> chosen) {
    return SideBySide.tests(environment, "keelson", chosen.toList(), KeelsonConformanceTest::judge);
  }

  /** Keelson serves all that the cases ask for: one that could not be judged has failed. */
  private static void judge(Case one, Outcome outcome) {
    assertThat(outcome).as(one.toString()).isEqualTo(new Outcome.Passed());
  }
}
