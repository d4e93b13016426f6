package dev.keelson.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.embedded.EmbeddedCluster;
import dev.keelson.testkit.KeelsonCluster;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every example from beginning to end, on three members of which the leader is killed. */
@KeelsonCluster(members = 3)
@Timeout(600)
class StoriesTest {
  @Test
  void servicesFindEachOtherAndFailOver(EmbeddedCluster cluster) throws Exception {
    assertThat(told("registry", cluster)).contains("callers of billing go to the first one alone");
  }

  @Test
  void workIsDoneOnceWhoeverDies(EmbeddedCluster cluster) throws Exception {
    assertThat(told("worker", cluster))
        .contains("another one works", "every job was done, each once, in its order");
  }

  @Test
  void settingsChangeAsOne(EmbeddedCluster cluster) throws Exception {
    assertThat(told("settings", cluster))
        .contains("the other program sees 150 settings of version 5");
  }

  @Test
  void whatIsWantedRunsWhoeverDies(EmbeddedCluster cluster) throws Exception {
    assertThat(told("orchestrator", cluster))
        .contains("its tasks run on the other two agents", "one web is all that is wanted");
  }

  private static List<String> told(String name, EmbeddedCluster cluster) throws Exception {
    var said = new CopyOnWriteArrayList<String>();
    requireNonNull(Main.stories().get(name)).play(new Stage(cluster, said::add));
    return said;
  }
}
