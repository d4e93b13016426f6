package dev.keelson.examples.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.examples.orchestrator.Plan.Step;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a controller would do, without a store. */
class PlanTest {
  @Test
  void tasksAreSpreadOverTheAgents() {
    assertThat(Plan.of(Map.of("web", 3), Set.of("a", "b"), Map.of()))
        .containsExactly(
            new Step.Assign("web/0", "a"),
            new Step.Assign("web/1", "b"),
            new Step.Assign("web/2", "a"));
  }

  @Test
  void onlyTasksOfDeadAgentsMove() {
    var tasks = Map.of("web/0", "a", "web/1", "dead", "web/2", "b");

    assertThat(Plan.of(Map.of("web", 3), Set.of("a", "b", "c"), tasks))
        .containsExactly(new Step.Assign("web/1", "c"));
  }

  @Test
  void whatIsNotWantedGoes() {
    assertThat(
            Plan.of(Map.of("web", 1), Set.of("a"), Map.of("web/0", "a", "web/1", "a", "x/0", "a")))
        .containsExactly(new Step.Remove("web/1"), new Step.Remove("x/0"));
  }

  @Test
  void withoutAgentsNothingIsGivenToAnyone() {
    assertThat(Plan.of(Map.of("web", 2), Set.of(), Map.of("web/0", "dead"))).isEmpty();
  }

  @Test
  void nothingIsDoneWhereAllIsAsItShouldBe() {
    assertThat(Plan.of(Map.of("web", 1), Set.of("a"), Map.of("web/0", "a"))).isEmpty();
  }
}
