package dev.keelson.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each scenario does what it is for, and every invariant outlives it. */
class TemplateTest {
  private static final int SEEDS = 1;
  private static final int MANY_SEEDS = 40;

  private final QuietLogs quiet = new QuietLogs();

  @AfterEach
  void loudAgain() {
    quiet.close();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void reachesWhatItIsForWithoutBreakingAnInvariant(Template template) {
    var unseen = new HashSet<>(reached(template));
    for (int seed = 0; seed < SEEDS || (seed < MANY_SEEDS && !unseen.isEmpty()); seed++) {
      var result = Simulation.run(template.plan(seed));
      assertThat(result.failure().map(Simulation.Failure::report))
          .as("%s, seed %d", template, seed)
          .isEmpty();
      unseen.removeAll(result.counts().keySet());
    }
    assertThat(unseen).isEmpty();
  }

  private static List<String> reached(Template template) {
    return switch (template) {
      case FIGURE_EIGHT -> List.of("fault FAINT", "fault POWER_LOSS");
      case LONG_TAIL_MEETS_SNAPSHOT, POWER_LOSS_AT_A_RENAME ->
          List.of("snapshots delivered", "crashes inside a disk operation");
      case VOTES_AFTER_A_PAUSE -> List.of("fault PAUSE", "fault KILL");
      case MEMBERS_AND_DYING_LEADERS -> List.of("voters added", "members removed");
      case READS_ACROSS_LEADERS -> List.of("reads", "fault TRANSFER");
      case COMPACTION_AND_LATE_WATCHERS -> List.of("watches that met a compaction", "fault STALL");
      case LEASES_AND_PAUSED_LEADERS -> List.of("leases expired", "fault WALL_JUMP");
      case FULL_AT_A_ROLL -> List.of("members that stopped over their disk");
      case PARTIAL_CONNECTIONS -> List.of("fault BRIDGE");
      case WIPED_DISK -> List.of("starts refused on a wiped disk");
      case LYING_DISK -> List.of("starts refused after the disk had lied");
      case QUOTA ->
          List.of("stores closed by an alarm", "stores opened", "writes refused for want of room");
      case RIGHTS ->
          List.of("rights taken away", "calls of a guest refused", "calls of a guest served");
    };
  }
}
