package dev.keelson.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.keelson.client.Get;
import dev.keelson.client.InvalidRequestException;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeyValue;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members in this JVM, and what can be done to them. */
@Timeout(240)
class EmbeddedClusterTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static KeelsonClient clientOf(EmbeddedCluster cluster) {
    return KeelsonClient.builder().endpoints(cluster.endpoints()).callTimeout(LONG).build();
  }

  private static KeelsonClient clientOf(EmbeddedCluster cluster, int member) {
    return KeelsonClient.builder().endpoints(cluster.endpoint(member)).callTimeout(LONG).build();
  }

  private static Optional<String> text(KeelsonClient client, String key) {
    return client.kv().get(key).map(KeyValue::text);
  }

  /** The same value may be put twice: so it is put until it is acknowledged. */
  private static void putUntilAcknowledged(KeelsonClient client, String key, String value) {
    await()
        .atMost(LONG)
        .ignoreExceptionsInstanceOf(KeelsonException.class)
        .until(() -> client.kv().within(Duration.ofSeconds(5)).put(key, value) > 0);
  }

  @Test
  void oneMemberInMemoryServesAndItsDataSurvivesAKill() {
    try (var cluster = EmbeddedCluster.start(1);
        var client = clientOf(cluster)) {
      putUntilAcknowledged(client, "k", "v");

      cluster.kill(0);
      assertThat(cluster.isUp(0)).isFalse();
      cluster.restart(0);

      assertThat(text(client, "k")).contains("v");
    }
  }

  @Test
  void threeMembersKnowEachOtherWhenTheyAreStarted() {
    try (var cluster = EmbeddedCluster.start(3);
        var client = clientOf(cluster)) {
      var listed = client.cluster().members();

      assertThat(listed).hasSize(3);
      assertThat(listed.stream().flatMap(member -> member.clientUrls().stream()))
          .containsExactlyInAnyOrderElementsOf(
              cluster.endpoints().stream().map(endpoint -> "http://" + endpoint).toList());
    }
  }

  @Test
  void theRestGoesOnWithoutAKilledLeaderWhichCatchesUpLater() {
    try (var cluster = EmbeddedCluster.start(3);
        var client = clientOf(cluster)) {
      putUntilAcknowledged(client, "before", "1");
      int killed = cluster.awaitLeader();

      cluster.kill(killed);
      putUntilAcknowledged(client, "meanwhile", "2");
      cluster.restart(killed);
      cluster.awaitServing();

      try (var late = clientOf(cluster, killed)) {
        assertThat(text(late, "before")).contains("1");
        assertThat(text(late, "meanwhile")).contains("2");
      }
    }
  }

  @Test
  void aStoppedMemberComesBackToItsPort() {
    try (var cluster = EmbeddedCluster.start(3);
        var client = clientOf(cluster)) {
      putUntilAcknowledged(client, "k", "1");
      for (int member = 0; member < cluster.size(); member++) {
        cluster.stop(member);
        putUntilAcknowledged(client, "k", "without " + member);
        cluster.restart(member);
        try (var returned = clientOf(cluster, member)) {
          assertThat(text(returned, "k")).contains("without " + member);
        }
      }
    }
  }

  @Test
  void aLeaderThatIsCutOffIsFollowedByAnother() {
    try (var cluster = EmbeddedCluster.start(3);
        var client = clientOf(cluster)) {
      putUntilAcknowledged(client, "k", "before");
      int cutOff = cluster.awaitLeader();

      cluster.isolate(cutOff);
      await().atMost(LONG).until(() -> cluster.leader().orElse(cutOff) != cutOff);
      try (var majority = clientOf(cluster, (cutOff + 1) % 3);
          var alone = clientOf(cluster, cutOff)) {
        putUntilAcknowledged(majority, "k", "during");
        assertThatThrownBy(() -> alone.kv().within(Duration.ofSeconds(1)).get("k"))
            .isInstanceOf(UnavailableException.class);
        assertThat(cluster.lostMessages()).isPositive();

        cluster.heal();
        assertThat(text(alone, "k")).contains("during");
      }
    }
  }

  @Test
  void oneDirectionCanBeCutAlone() {
    try (var cluster = EmbeddedCluster.start(3);
        var client = clientOf(cluster)) {
      int deaf = (cluster.awaitLeader() + 1) % 3;

      cluster.cut((deaf + 1) % 3, deaf);
      cluster.cut((deaf + 2) % 3, deaf);
      putUntilAcknowledged(client, "k", "not told to all");
      await().atMost(LONG).until(() -> cluster.lostMessages() > 0);
      cluster.heal();

      try (var behind = clientOf(cluster, deaf)) {
        assertThat(text(behind, "k")).contains("not told to all");
      }
    }
  }

  @Test
  void aPausedMemberAnswersNothingUntilItIsResumed() {
    try (var cluster = EmbeddedCluster.start(3)) {
      int paused = cluster.awaitLeader();
      try (var there = clientOf(cluster, paused);
          var others = clientOf(cluster, (paused + 1) % 3)) {
        putUntilAcknowledged(there, "k", "before");

        cluster.pause(paused);
        var local = Get.key("k").serializable();
        assertThatThrownBy(() -> there.kv().within(Duration.ofSeconds(1)).run(local))
            .isInstanceOf(UnavailableException.class);
        putUntilAcknowledged(others, "k", "during");
        assertThat(cluster.awaitLeader()).isNotEqualTo(paused);

        cluster.resume(paused);
        assertThat(text(there, "k")).contains("during");
      }
    }
  }

  @Test
  void aPausedMemberCanBeKilledAndStarted() {
    try (var cluster = EmbeddedCluster.start(1);
        var client = clientOf(cluster)) {
      putUntilAcknowledged(client, "k", "v");
      cluster.pause(0);

      cluster.kill(0);
      cluster.restart(0);

      assertThat(text(client, "k")).contains("v");
    }
  }

  @Test
  void restoringMendsEverything() {
    try (var cluster = EmbeddedCluster.start(3);
        var client = clientOf(cluster)) {
      putUntilAcknowledged(client, "k", "v");
      cluster.kill(0);
      cluster.isolate(1);
      cluster.pause(2);

      cluster.restore();

      assertThat(text(client, "k")).contains("v");
      assertThat(List.of(cluster.isUp(0), cluster.isUp(1), cluster.isUp(2))).containsOnly(true);
    }
  }

  @Test
  void aClusterOnDiskIsThereAgainWithItsDataAndPorts(@TempDir Path directory) {
    List<String> before;
    try (var cluster = EmbeddedCluster.builder().members(3).onDisk(directory).start();
        var client = clientOf(cluster)) {
      before = cluster.endpoints();
      putUntilAcknowledged(client, "k", "kept");
    }
    try (var cluster = EmbeddedCluster.builder().members(3).onDisk(directory).start();
        var client = clientOf(cluster)) {
      assertThat(cluster.endpoints()).isEqualTo(before);
      assertThat(text(client, "k")).contains("kept");
    }
  }

  @Test
  void aDirectoryOfAnotherSizeIsRefused(@TempDir Path directory) {
    EmbeddedCluster.builder().onDisk(directory).start().close();

    assertThatThrownBy(() -> EmbeddedCluster.builder().members(3).onDisk(directory).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds 1 members, not 3");
  }

  @Test
  void flagsOfTheServerCountAndWrongOnesAreRefused() {
    try (var cluster = EmbeddedCluster.builder().flag("max-txn-ops", "1").start();
        var client = clientOf(cluster)) {
      var tooLarge = Txn.of(Put.of("a", "1"), Put.of("b", "2"));
      assertThatThrownBy(() -> client.kv().run(tooLarge))
          .isInstanceOf(InvalidRequestException.class);
    }
    assertThatThrownBy(() -> EmbeddedCluster.builder().flag("no-such-flag", "1").start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no-such-flag");
    assertThatThrownBy(() -> EmbeddedCluster.builder().flag("name", "mine"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPortStaysReservedWhileItsMemberIsDown() throws IOException {
    try (var port = ReservedPort.any();
        var listener = new ServerSocket()) {
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port.number()));
      assertThat(listener.getLocalPort()).isEqualTo(port.number());
    }
  }

  @Test
  void closingLeavesNoThreadBehind() {
    EmbeddedCluster.start(3).close();

    await().atMost(LONG).untilAsserted(() -> assertThat(memberThreads()).isEmpty());
  }

  private static List<String> memberThreads() {
    var threads = new Thread[Thread.activeCount() * 2];
    int count = Thread.enumerate(threads);
    return Arrays.stream(threads, 0, count)
        .map(Thread::getName)
        .filter(name -> name.startsWith("keelson-"))
        .filter(name -> !name.startsWith("keelson-java-client"))
        .toList();
  }
}
