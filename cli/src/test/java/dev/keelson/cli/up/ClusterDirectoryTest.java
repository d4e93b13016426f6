package dev.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterDirectoryTest {
  @TempDir private Path scratch;

  @Test
  void aLookAtANewPlaceChangesNothing() throws UpException {
    Path root = scratch.resolve("new");
    try (var directory = ClusterDirectory.inspect(options(root, 0, 0))) {
      assertThat(directory.isFresh()).isTrue();
      assertThat(directory.plan().memberCount()).isEqualTo(3);
      assertThat(directory.plan().portBase()).isEqualTo(2379);
    }
    assertThat(root).doesNotExist();
  }

  @Test
  void theNextStartFindsTheSameClusterWithoutBeingTold() throws UpException {
    ClusterPlan first = make(scratch, 5, 3000);
    try (var again = ClusterDirectory.inspect(options(scratch, 0, 0))) {
      assertThat(again.isFresh()).isFalse();
      assertThat(again.plan()).isEqualTo(first);
    }
    try (var same = ClusterDirectory.inspect(options(scratch, 5, 3000))) {
      assertThat(same.plan()).isEqualTo(first);
    }
  }

  @Test
  void twoClustersNeverShareAToken() throws UpException {
    assertThat(make(scratch.resolve("a"), 3, 3000).token())
        .isNotEqualTo(make(scratch.resolve("b"), 3, 3000).token());
  }

  @Test
  void anotherNumberOfMembersIsRefused() throws UpException {
    make(scratch, 3, 3000);

    assertRefused(options(scratch, 5, 0), "--members=5: the cluster in " + scratch + " has 3");
  }

  @Test
  void otherPortsAreRefused() throws UpException {
    make(scratch, 3, 3000);

    assertRefused(options(scratch, 0, 3001), "know each other by base 3000");
  }

  @Test
  void aForeignDirectoryIsRefusedAndLeftAsItIs() throws IOException {
    Files.createDirectories(scratch.resolve("member/wal"));

    assertRefused(options(scratch, 0, 0), "holds member and is no cluster of ours");
    assertThat(scratch.resolve(ClusterDirectory.LOCK_FILE)).doesNotExist();
  }

  @Test
  void anEmptyDirectoryMayBecomeACluster() throws UpException {
    assertThat(make(scratch, 1, 3000).memberCount()).isEqualTo(1);
  }

  @Test
  void aStartThatDiedBeforeItsPlanIsNoObstacle() throws IOException, UpException {
    Files.writeString(scratch.resolve(ClusterDirectory.LOCK_FILE), "");
    Files.writeString(scratch.resolve(ClusterDirectory.PLAN_FILE + ".new"), "keels");

    assertThat(make(scratch, 1, 3000).memberCount()).isEqualTo(1);
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    Path file = Files.writeString(scratch.resolve("f"), "");

    assertRefused(options(file, 0, 0), "is a file, not a directory");
  }

  @Test
  void thePlanOfAnotherVersionIsRefusedByItsName() throws UpException, IOException {
    make(scratch, 3, 3000);
    Files.writeString(scratch.resolve(ClusterDirectory.PLAN_FILE), "keelson cluster, format 2\nx");

    assertRefused(options(scratch, 0, 0), "another version of Keelson (keelson cluster, format 2)");
  }

  @Test
  void aDamagedPlanIsRefusedAtEveryLength() throws UpException, IOException {
    make(scratch, 3, 3000);
    Path file = scratch.resolve(ClusterDirectory.PLAN_FILE);
    String whole = Files.readString(file);
    for (int length = 0; length < whole.length(); length++) {
      Files.writeString(file, whole.substring(0, length));

      assertRefused(options(scratch, 0, 0), "--data-dir=" + scratch);
    }
  }

  @Test
  void asLongAsOneHoldsTheLockASecondIsRefused() throws UpException {
    make(scratch, 3, 3000);
    try (var first = ClusterDirectory.inspect(options(scratch, 0, 0))) {
      first.lock();
      try (var second = ClusterDirectory.inspect(options(scratch, 0, 0))) {
        assertThatThrownBy(second::lock).hasMessageContaining("another keelson up is running");
      }
    }
    try (var third = ClusterDirectory.inspect(options(scratch, 0, 0))) {
      third.lock();
    }
  }

  @Test
  void aMemberWhoseDataIsGoneDoesNotComeBackEmpty() throws UpException, IOException {
    make(scratch, 3, 3000);
    try (var directory = ClusterDirectory.inspect(options(scratch, 0, 0))) {
      var member = directory.plan().members().get(1);
      directory.prepare();
      Files.createDirectories(directory.memberData(member));
      directory.markServed(member);
      directory.markServed(member);
      directory.prepare();
      Files.delete(directory.memberData(member));

      assertThatThrownBy(directory::prepare).hasMessageContaining("the data of m2 is gone");
    }
  }

  private static ClusterPlan make(Path root, int members, int portBase) throws UpException {
    try (var directory = ClusterDirectory.inspect(options(root, members, portBase))) {
      directory.lock();
      directory.prepare();
      return directory.plan();
    }
  }

  private static UpOptions options(Path root, int members, int portBase) {
    return new UpOptions(members, portBase, root, true, false);
  }

  private static void assertRefused(UpOptions options, String line) {
    assertThatThrownBy(() -> ClusterDirectory.inspect(options))
        .isInstanceOf(UpException.class)
        .hasMessageContaining(line)
        .hasMessageNotContaining("\n");
  }
}
