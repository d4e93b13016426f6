package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeelsonServerScenarioTest {
  @TempDir private Path directory;

  @Test
  @Tag("M8")
  void aRestartedMemberHasEveryAcknowledgedWriteWithItsRevision() throws StartException {
    try (var cluster = new TestCluster(directory, 1).startAll()) {
      long first = cluster.client(0).put("a", "1");
      long second = cluster.client(0).put("b", "2");
      cluster.stop(0);
      cluster.start(0);

      var kv = cluster.client(0).range("a", false);
      assertThat(kv.getKvs(0).getModRevision()).isEqualTo(first);
      assertThat(kv.getHeader().getRevision()).isEqualTo(second);
      assertThat(cluster.client(0).get("b")).isEqualTo("2");
    }
  }

  @Test
  @Tag("R16")
  void aWriteThroughOneMemberIsReadThroughEveryOther() throws StartException {
    try (var cluster = new TestCluster(directory, 3).startAll()) {
      for (int member = 0; member < 3; member++) {
        cluster.client(member).put("k", "from " + member);
        for (int reader = 0; reader < 3; reader++) {
          assertThat(cluster.client(reader).get("k")).isEqualTo("from " + member);
        }
      }
    }
  }

  @Test
  void aMemberThatTheLogNoLongerReachesCatchesUpByASnapshot() throws StartException {
    String[] smallLog = {
      "--snapshot-count", "50", "--snapshot-catchup-entries", "10", "--wal-segment-bytes", "1048576"
    };
    try (var cluster = new TestCluster(directory, 3, smallLog).startAll()) {
      cluster.client(0).put("before", "1");
      int away = cluster.client(1).isLeader() ? 2 : 1;
      int stays = 3 - away;
      cluster.stop(away);
      var value = "x".repeat(10_000);
      for (int i = 0; i < 300; i++) {
        cluster.client(0).put("key-" + i, value);
      }
      awaitRelease(cluster, 0);
      awaitRelease(cluster, stays);
      cluster.start(away);

      Awaitility.await()
          .ignoreExceptions()
          .until(() -> cluster.client(away).range("key-299", true).getCount() == 1);
      long revision = cluster.client(0).put("after", "1");
      assertThat(cluster.client(away).get("after")).isEqualTo("1");
      assertThat(cluster.client(away).hash(revision).getHash())
          .isEqualTo(cluster.client(0).hash(revision).getHash());
      // Another leader may have begun anew: then it is a later one.
      Awaitility.await()
          .untilAsserted(
              () -> {
                assertThat(cluster.dataDir(away).resolve("state/store-1")).doesNotExist();
                assertThat(cluster.dataDir(away).resolve("INSTALLING")).doesNotExist();
              });
    }
  }

  /** The first segment of the log is gone, so that only a snapshot helps who was away. */
  private static void awaitRelease(TestCluster cluster, int member) {
    var log = cluster.dataDir(member).resolve("wal");
    Awaitility.await()
        .until(
            () -> {
              try (var files = Files.list(log)) {
                return files.noneMatch(
                    file -> file.getFileName().toString().endsWith("-0000000000000001.wal"));
              }
            });
  }

  @Test
  void aSecondMemberOnTheSameDirectoryIsRefused() throws StartException {
    try (var cluster = new TestCluster(directory, 1).startAll()) {
      assertThatThrownBy(() -> KeelsonServer.start(cluster.config(0)))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("in use by another process");
      assertThat(cluster.client(0).put("a", "1")).isEqualTo(2);
    }
  }

  @Test
  void aDirectoryOfSomethingElseIsRefusedAndLeftAlone() throws IOException {
    try (var cluster = new TestCluster(directory, 1)) {
      Files.createDirectories(cluster.dataDir(0));
      Files.writeString(cluster.dataDir(0).resolve("notes.txt"), "mine");

      assertThatThrownBy(() -> cluster.start(0))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("not a Keelson data directory");
      assertThat(cluster.dataDir(0).toFile().list()).containsExactly("notes.txt");
    }
  }

  @Test
  void theDirectoryOfAnotherMemberIsRefused() throws StartException, IOException {
    try (var cluster = new TestCluster(directory, 2)) {
      cluster.start(0);
      cluster.stop(0);
      Files.move(cluster.dataDir(0), cluster.dataDir(1));

      assertThatThrownBy(() -> cluster.start(1))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("belongs to member 'm0'")
          .hasMessageContaining("told to be 'm1'");
    }
  }

  @Test
  void aBusyClientPortIsOneClearLineAndTheDirectoryStaysUsable()
      throws IOException, StartException {
    try (var cluster = new TestCluster(directory, 1)) {
      var loopback = InetAddress.getLoopbackAddress();
      try (var busy = new ServerSocket(cluster.clientPort(0), 1, loopback)) {
        assertThat(busy.isBound()).isTrue();
        assertThatThrownBy(() -> cluster.start(0))
            .isInstanceOf(StartException.class)
            .hasMessageContaining("--listen-client-urls")
            .hasMessageContaining(String.valueOf(cluster.clientPort(0)));
      }
      cluster.start(0);
      assertThat(cluster.client(0).put("a", "1")).isEqualTo(2);
    }
  }

  @Test
  void aLogThatWasLostUnderTheStoreIsRefused() throws IOException, StartException {
    try (var cluster = new TestCluster(directory, 1).startAll()) {
      cluster.client(0).put("a", "1");
      cluster.stop(0);
      deleteTree(cluster.dataDir(0).resolve("wal"));

      assertThatThrownBy(() -> cluster.start(0))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("lost or exchanged");
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (var files = Files.list(tree)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(tree);
  }
}
