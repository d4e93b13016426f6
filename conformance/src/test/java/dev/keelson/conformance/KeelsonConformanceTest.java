package dev.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.keelson.server.config.ConfigException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every case, against one member and against a follower of three. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeelsonConformanceTest {
  /** How Keelson refuses what it does not serve yet. */
  private static final Pattern NOT_SERVED_YET =
      Pattern.compile(
          "unknown (service|method) .*"
              + "(flag|Watch|Lease|Lock|Election|Auth|RangeStream|Member|alarms|Snapshot).*|"
              + ".*alarms cannot be activated.*");

  /** Cases that fail and should not: each leaves this list with the change that mends it. */
  private static final Set<String> KNOWN_DEFECTS = Set.of("279");

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

  private static Stream<DynamicTest> run(Environment environment, Stream<Case> chosen) {
    var cases = chosen.toList();
    var slow = new SideBySide(cases, one -> runAlone(environment, one));
    var runner = new ConformanceRunner(environment, "keelson");
    // The slow ones last: they run while the others do.
    return Stream.concat(
            cases.stream().filter(one -> !slow.runs(one)), cases.stream().filter(slow::runs))
        .map(
            one ->
                dynamicTest(
                    one.toString(),
                    () -> judge(one, slow.runs(one) ? slow.verdict(one) : outcome(runner, one))))
        .onClose(runner::close)
        .onClose(slow::close);
  }

  private static Outcome runAlone(Environment environment, Case one) {
    try (var runner = new ConformanceRunner(environment, "keelson")) {
      return outcome(runner, one);
    }
  }

  private static Outcome outcome(ConformanceRunner runner, Case one) {
    try {
      return runner.run(one);
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof ConfigException config
          && String.valueOf(config.getMessage()).contains("not available in this version")) {
        return new Outcome.Unsupported("unknown service behind " + config.getMessage());
      }
      throw e;
    }
  }

  private static void judge(Case one, Outcome outcome) {
    switch (outcome) {
      case Outcome.Passed() -> {}
      case Outcome.Unsupported(String reason) -> {
        assertThat(reason).containsPattern(NOT_SERVED_YET);
        abort("not supported yet: " + reason);
      }
      case Outcome.Failed(String reason) when KNOWN_DEFECTS.contains(one.id()) ->
          abort("known defect: " + reason);
      case Outcome.Failed(String reason) -> throw new AssertionError(one + ": " + reason);
      case Outcome.Skipped(String reason) -> throw new AssertionError(one + ": " + reason);
      case Outcome.DiffersAsMarked(String reason) -> throw new AssertionError(reason);
    }
  }
}
