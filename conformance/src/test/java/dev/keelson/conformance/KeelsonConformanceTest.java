package dev.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every case, against one member and against a follower of three. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeelsonConformanceTest {
  /** Calls Keelson does not serve yet. A case leaves this list when it passes. */
  private static final Set<String> NOT_SUPPORTED_YET =
      Set.of(
          "17-lease",
          "38",
          "66",
          "67",
          "68",
          "69",
          "70",
          "71",
          "72",
          "73",
          "74",
          "75",
          "76",
          "77",
          "78",
          "79",
          "81-lease",
          "88",
          "89",
          "90-lease",
          "107",
          "287",
          "288");

  private List<InProcessCluster> clusters = List.of();

  @BeforeAll
  void startClusters() {
    clusters = List.of(InProcessCluster.start(1, List.of()), InProcessCluster.start(3, List.of()));
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

  private static Stream<DynamicTest> run(Environment environment, Stream<Case> cases) {
    var runner = new ConformanceRunner(environment, "keelson");
    return cases
        .map(one -> dynamicTest(one.toString(), () -> judge(one, runner.run(one))))
        .onClose(runner::close);
  }

  private static void judge(Case one, Outcome outcome) {
    switch (outcome) {
      case Outcome.Passed() ->
          assertThat(NOT_SUPPORTED_YET)
              .as("supported by now: take it off")
              .doesNotContain(one.id());
      case Outcome.Unsupported(String reason) -> {
        assertThat(NOT_SUPPORTED_YET).as(reason).contains(one.id());
        abort("not supported yet: " + reason);
      }
      case Outcome.Failed(String reason) -> throw new AssertionError(one + ": " + reason);
      case Outcome.Skipped(String reason) -> throw new AssertionError(one + ": " + reason);
      case Outcome.DiffersAsMarked(String reason) -> throw new AssertionError(reason);
    }
  }
}
