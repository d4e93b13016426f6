package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.etcdserverpb.Member;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members come, go, and come back wrongly. */
@Timeout(300)
class MembershipScenarioTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private TestCluster cluster(int members) throws StartException {
    return new TestCluster(
            directory, members, "--strict-reconfig-check=false", "--election-timeout=1000")
        .startAll();
  }

  private static long idOf(TestCluster cluster, int asked, int member) {
    return cluster.client(asked).members().stream()
        .filter(one -> one.getPeerURLsList().contains(cluster.peerUrl(member)))
        .mapToLong(Member::getID)
        .findFirst()
        .orElseThrow();
  }

  private static void awaitValue(TestCluster cluster, int member, String key, String value) {
    Awaitility.await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () ->
                cluster.client(member).range(key, true).getKvsList().stream()
                    .anyMatch(kv -> kv.getValue().toStringUtf8().equals(value)));
  }

  private static void promote(TestCluster cluster, int asked, long id) {
    Awaitility.await()
        .atMost(SOON)
        .ignoreExceptionsMatching(
            e ->
                e.getMessage() != null
                    && (e.getMessage().contains("in sync with leader")
                        || e.getMessage().startsWith("UNAVAILABLE")))
        .until(() -> cluster.client(asked).promoteMember(id).getMembersCount() > 0);
  }

  @Test
  @Tag("MB24")
  void aFourthMemberLearnsThenVotes() throws StartException {
    try (var cluster = cluster(3)) {
      cluster.client(0).put("before", "1");
      int added = cluster.addPorts(0, 1, 2);
      var answer = cluster.client(1).addMember(cluster.peerUrl(added), true);
      assertThat(answer.getMember().getIsLearner()).isTrue();
      assertThat(answer.getMembersCount()).isEqualTo(4);

      cluster.start(added);
      awaitValue(cluster, added, "before", "1");
      assertThat(cluster.client(added).status().getIsLearner()).isTrue();
      promote(cluster, 2, answer.getMember().getID());

      Awaitility.await().atMost(SOON).until(() -> !cluster.client(added).status().getIsLearner());
      assertThat(cluster.client(0).members()).hasSize(4).noneMatch(Member::getIsLearner);
      Awaitility.await()
          .atMost(SOON)
          .until(() -> cluster.client(0).members().stream().noneMatch(m -> m.getName().isEmpty()));
      assertThat(cluster.client(added).put("through the new one", "1")).isPositive();
    }
  }

  @Test
  @Tag("MB5")
  void aClusterGrowsFromOneToThree() throws StartException {
    try (var cluster = cluster(1)) {
      long first = cluster.client(0).put("k", "1");
      int second = cluster.addPorts(0);
      assertThat(cluster.client(0).addMember(cluster.peerUrl(second), false).getMembersList())
          .as("told of before it runs, so that it can be started")
          .hasSize(2);
      cluster.start(second);
      cluster.client(second).put("k", "2");
      int third = cluster.addPorts(0, second);
      cluster.client(second).addMember(cluster.peerUrl(third), false);
      cluster.start(third);
      awaitValue(cluster, third, "k", "2");

      long revision = cluster.client(third).put("k", "3");
      assertThat(revision).isEqualTo(first + 2);
      for (int member : new int[] {0, second, third}) {
        assertThat(cluster.client(member).get("k")).isEqualTo("3");
        assertThat(cluster.client(member).hash(revision).getHash())
            .isEqualTo(cluster.client(0).hash(revision).getHash());
      }
      cluster.stop(0);
      assertThat(cluster.awaitLeader()).isNotZero();
      assertThat(cluster.client(third).put("without the first", "1")).isPositive();
    }
  }

  @Test
  @Tag("MB11")
  @Tag("MB12")
  void aRemovedLeaderStopsAndTheOthersGoOn() throws StartException, InterruptedException {
    try (var cluster = cluster(3)) {
      int removed = cluster.awaitLeader();
      int stays = (removed + 1) % 3;
      long id = idOf(cluster, stays, removed);

      assertThat(cluster.client(stays).removeMember(id).getMembersList()).hasSize(2);

      assertThat(cluster.server(removed).awaitTermination())
          .isEqualTo(new MemberStop.Removed())
          .extracting(MemberStop::exitCode)
          .isEqualTo(0);
      assertThat(cluster.client(stays).put("after", "1")).isPositive();
    }
  }

  @Test
  @Tag("MB13")
  @Tag("MB3")
  void aRemovedMemberStaysOutAndComesBackUnderAnotherId()
      throws StartException, InterruptedException, IOException {
    try (var cluster = cluster(3)) {
      int leader = cluster.awaitLeader();
      int away = (leader + 1) % 3;
      int stays = 3 - leader - away;
      long id = idOf(cluster, leader, away);
      cluster.stop(away);
      cluster.client(stays).removeMember(id);

      cluster.start(away);
      assertThat(cluster.server(away).awaitTermination())
          .as("its former peers tell it")
          .isEqualTo(new MemberStop.Removed());
      cluster.stop(away);

      long again =
          cluster.client(leader).addMember(cluster.peerUrl(away), false).getMember().getID();
      assertThat(again).isNotEqualTo(id);
      cluster.wipe(away);
      cluster.joinAgain(away, leader, stays);
      cluster.start(away);
      cluster.client(leader).put("k", "1");
      awaitValue(cluster, away, "k", "1");
    }
  }

  @Test
  @Tag("MB-id")
  void aMemberThatLostItsDiskIsRefused() throws StartException, IOException, InterruptedException {
    try (var cluster = cluster(3)) {
      cluster.client(0).put("k", "1");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> cluster.client(0).members().stream().noneMatch(m -> m.getName().isEmpty()));
      cluster.stop(2);
      cluster.wipe(2);

      assertNotStarted(cluster, 2);

      cluster.joinAgain(2, 0, 1);
      assertThatThrownBy(() -> cluster.start(2))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("has already been bootstrapped");
    }
  }

  /** Its peers say at once that it is not new; or later, if they were too busy to. */
  private static void assertNotStarted(TestCluster cluster, int member)
      throws InterruptedException, IOException {
    try {
      cluster.start(member);
    } catch (StartException e) {
      assertThat(e).hasMessageContaining("has already been bootstrapped");
      return;
    }
    assertThat(cluster.server(member).awaitTermination()).isInstanceOf(MemberStop.Replaced.class);
    cluster.stop(member);
    cluster.wipe(member);
  }

  /** Nobody answered when it started, so that it believes to be new. */
  @Test
  @Tag("MB-id")
  void aMemberThatLostItsDiskUnnoticedIsRefusedByItsPeers()
      throws StartException, IOException, InterruptedException {
    try (var cluster = cluster(3)) {
      cluster.client(0).put("k", "1");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> cluster.client(0).members().stream().noneMatch(m -> m.getName().isEmpty()));
      IntStream.range(0, 3).forEach(cluster::stop);
      cluster.wipe(2);
      cluster.start(2);

      cluster.start(0);

      assertThat(cluster.server(2).awaitTermination()).isInstanceOf(MemberStop.Replaced.class);
      cluster.start(1);
      assertThat(cluster.client(1).get("k")).isEqualTo("1");
    }
  }

  @Test
  @Tag("MB18")
  void whoJoinsMustBeAddedAndNameTheClusterAsItIs() throws StartException {
    try (var cluster = cluster(1)) {
      int stranger = cluster.addPorts(0);
      assertThatThrownBy(() -> cluster.start(stranger))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("member count is unequal");
      cluster.stop(0);
      assertThatThrownBy(() -> cluster.start(stranger))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("cannot fetch cluster info from peer urls");
    }
  }

  @Test
  @Tag("MB6")
  @Tag("MB7")
  void changesThatCannotBeAreRefusedInEtcdsWords() throws StartException {
    try (var cluster = cluster(1)) {
      var client = cluster.client(0);
      client.put("k", "1");
      assertRefused(() -> client.removeMember(7), "NOT_FOUND: etcdserver: member not found");
      assertRefused(() -> client.promoteMember(7), "NOT_FOUND: etcdserver: member not found");
      assertRefused(
          () -> client.addMember(cluster.peerUrl(0), false),
          "FAILED_PRECONDITION: etcdserver: Peer URLs already exists");
      assertRefused(
          () -> client.addMember("http://127.0.0.1", false),
          "INVALID_ARGUMENT: etcdserver: given member URLs are invalid");
      assertRefused(
          () -> client.promoteMember(idOf(cluster, 0, 0)),
          "FAILED_PRECONDITION: etcdserver: can only promote a learner member");
      var learner = client.addMember("http://127.0.0.1:1", true).getMember();
      assertRefused(
          () -> client.addMember("http://127.0.0.1:2", true),
          "FAILED_PRECONDITION: etcdserver: too many learner members in cluster");
      assertRefused(
          () -> client.promoteMember(learner.getID()),
          "FAILED_PRECONDITION: etcdserver: can only promote a learner member which is in sync"
              + " with leader");
      client.removeMember(learner.getID());
      assertRefused(
          () -> client.removeMember(learner.getID()), "NOT_FOUND: etcdserver: member not found");
      assertThat(client.members()).hasSize(1);
    }
  }

  private static void assertRefused(Runnable call, String status) {
    assertThatThrownBy(call::run).isInstanceOf(StatusRuntimeException.class).hasMessage(status);
  }
}
