package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader whose disk hangs must not stay in office by heartbeats alone (1.7, HashiCorp #503). */
@Tag("1.7")
@Timeout(300)
class SlowDiskScenarioTest {
  @TempDir private Path directory;

  private final List<HangingDisk> disks =
      IntStream.range(0, 3).mapToObj(_ -> new HangingDisk()).toList();

  @Test
  void anotherLeadsWhileTheDiskOfTheLeaderHangsAndItFollowsAfter() throws StartException {
    try (var cluster = new TestCluster(directory, 3)) {
      for (int member = 0; member < 3; member++) {
        cluster.start(member, disks.get(member).machine(cluster.config(member)));
      }
      cluster.client(0).put("before", "1");
      int stuck = cluster.awaitLeader();
      int other = (stuck + 1) % 3;
      try {
        disks.get(stuck).hang();
        // What the disk hangs with. It waits until another one leads, or fails; both will do.
        var write = CompletableFuture.runAsync(() -> cluster.client(other).put("during", "1"));

        await()
            .ignoreExceptions()
            .until(
                () ->
                    IntStream.range(0, 3)
                        .filter(member -> member != stuck)
                        .anyMatch(member -> cluster.client(member).isLeader()));
        cluster.client(other).put("meanwhile", "2");
        assertThat(cluster.client(3 - stuck - other).get("meanwhile")).isEqualTo("2");
        assertThat(cluster.server(stuck).isRunning()).as("it waits for its disk").isTrue();
        await().until(write::isDone);
      } finally {
        disks.get(stuck).goOn();
      }

      await()
          .untilAsserted(() -> assertThat(cluster.client(stuck).get("meanwhile")).isEqualTo("2"));
      assertThat(cluster.client(stuck).get("before")).isEqualTo("1");
      long revision = cluster.client(stuck).put("after", "3");
      assertThat(cluster.client(stuck).hash(revision).getHash())
          .isEqualTo(cluster.client(other).hash(revision).getHash());
    }
  }
}
