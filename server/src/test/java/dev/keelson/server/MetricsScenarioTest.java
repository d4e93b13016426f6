package dev.keelson.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class MetricsScenarioTest {
  @TempDir Path directory;
  private TestCluster cluster;

  /** A row of the list; why the name does not exist here, or empty. */
  private record Known(String name, String type, Set<String> labels, String missing) {
    static Known of(String line) {
      var parts = line.split("\\|", -1);
      var labels = parts[2].strip();
      return new Known(
          parts[0].strip(),
          parts[1].strip(),
          labels.isEmpty() ? Set.of() : Set.of(labels.split(",", -1)),
          parts.length > 3 ? parts[3].strip() : "");
    }
  }

  @BeforeEach
  void start() throws StartException {
    cluster = new TestCluster(directory, 3).startAll();
    cluster.client(0).put("first", "1");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  @Tag("OP41")
  void namesTypesAndLabelsAreThoseOfEtcd() {
    // Without an alarm there is none to label.
    cluster.client(0).alarm(AlarmRequest.AlarmAction.ACTIVATE, 0x77, AlarmType.NOSPACE);
    // Nor is there a peer before one was met.
    await().untilAsserted(() -> assertIsEtcds(Scrape.of(cluster.clientPort(0))));
  }

  private static void assertIsEtcds(Scrape scrape) {
    var soft = new SoftAssertions();

    for (var known : list().toList()) {
      if (known.missing.isEmpty()) {
        soft.assertThat(scrape.types()).containsEntry(known.name, known.type);
        soft.assertThat(scrape.labels(known.name)).as(known.name).isEqualTo(known.labels);
      } else {
        soft.assertThat(scrape.types())
            .as("%s is listed as missing: %s", known.name, known.missing)
            .doesNotContainKey(known.name);
      }
    }
    var names = list().map(Known::name).collect(Collectors.toSet());
    soft.assertThat(
            scrape.types().keySet().stream().filter(name -> name.startsWith("etcd_")).toList())
        .as("names that etcd does not have")
        .isSubsetOf(names);
    soft.assertAll();
  }

  @Test
  @Tag("OP41")
  void numbersAreThoseOfTheirMember() {
    // Its own leader may change on a busy machine: all is asked again then.
    await()
        .untilAsserted(
            () -> {
              int leader = cluster.awaitLeader();
              assertTellsOf(leader, (leader + 1) % 3);
            });
  }

  private void assertTellsOf(int leader, int follower) {
    var ofLeader = Scrape.of(cluster.clientPort(leader));
    var ofFollower = Scrape.of(cluster.clientPort(follower));
    var status = cluster.client(leader).status();
    assertThat(ofLeader.value("etcd_server_is_leader")).isEqualTo(1);
    assertThat(ofFollower.value("etcd_server_is_leader")).isZero();
    for (var scrape : List.of(ofLeader, ofFollower)) {
      assertThat(scrape.value("etcd_server_has_leader")).isEqualTo(1);
      assertThat(scrape.value("etcd_server_is_learner")).isZero();
      assertThat(scrape.value("etcd_server_leader_changes_seen_total")).isPositive();
      assertThat(scrape.value("etcd_server_quota_backend_bytes"))
          .isEqualTo((double) status.getDbSizeQuota());
      assertThat(scrape.value("process_resident_memory_bytes")).isPositive();
    }
    var self = Long.toHexString(status.getHeader().getMemberId());
    assertThat(ofLeader.value("etcd_server_id{server_id=\"" + self + "\"}")).isEqualTo(1);
    // OP41: what the calls say of the same.
    assertThat(ofLeader.value("etcd_mvcc_db_total_size_in_bytes"))
        .isEqualTo((double) status.getDbSize());
    assertThat(ofLeader.value("etcd_debugging_mvcc_current_revision"))
        .isEqualTo((double) cluster.client(leader).range("first", false).getHeader().getRevision());
  }

  @Test
  void countersMoveWithWhatIsDone() {
    int member = cluster.awaitLeader();
    int port = cluster.clientPort(member);
    var before = Scrape.of(port);
    int puts = 50;
    IntStream.range(0, puts).forEach(i -> cluster.client(member).put("k" + i, "value"));
    cluster.client(member).get("k0");
    // Some are counted when the answer is on its way already.
    await().untilAsserted(() -> assertCounted(puts, before, Scrape.of(port)));
  }

  private static void assertCounted(int puts, Scrape before, Scrape after) {
    assertThat(growth(before, after, "etcd_mvcc_put_total")).isEqualTo(puts);
    assertThat(growth(before, after, "etcd_mvcc_range_total")).isEqualTo(1);
    assertThat(growth(before, after, "etcd_debugging_mvcc_keys_total")).isEqualTo(puts);
    assertThat(growth(before, after, "etcd_server_proposals_applied_total"))
        .isGreaterThanOrEqualTo(puts);
    assertThat(growth(before, after, "etcd_server_proposals_committed_total"))
        .isGreaterThanOrEqualTo(puts);
    assertThat(growth(before, after, "etcd_disk_wal_fsync_duration_seconds_count")).isPositive();
    assertThat(growth(before, after, "etcd_disk_wal_write_bytes_total")).isGreaterThan(puts * 7);
    assertThat(growth(before, after, "etcd_disk_backend_commit_duration_seconds_count"))
        .isPositive();
    assertThat(growth(before, after, "keelson_apply_batch_entries_sum"))
        .isGreaterThanOrEqualTo(puts);
    var put = "{grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";
    // A put that a leader lost is asked for once more, and is a call of its own.
    double calls = growth(before, after, "grpc_server_started_total" + put);
    assertThat(calls).isGreaterThanOrEqualTo(puts);
    assertThat(growth(before, after, "grpc_server_msg_received_total" + put)).isEqualTo(calls);
    assertThat(growth(before, after, "grpc_server_msg_sent_total" + put)).isEqualTo(puts);
    assertThat(growth(before, after, handled("OK", "Put"))).isEqualTo(puts);
    assertThat(growth(before, after, "etcd_network_client_grpc_received_bytes_total"))
        .isGreaterThan(puts * 7);
    assertThat(growth(before, after, "etcd_network_client_grpc_sent_bytes_total")).isPositive();
  }

  @Test
  void peersAreToldFromEachOther() {
    int leader = cluster.awaitLeader();
    var self = Long.toHexString(cluster.client(leader).status().getHeader().getMemberId());
    var peer =
        Long.toHexString(cluster.client((leader + 1) % 3).status().getHeader().getMemberId());

    await()
        .untilAsserted(
            () -> {
              var scrape = Scrape.of(cluster.clientPort(leader));
              var pair = "{Local=\"" + self + "\",Remote=\"" + peer + "\"}";
              assertThat(scrape.value("etcd_network_active_peers" + pair)).isEqualTo(1);
              assertThat(scrape.value("etcd_network_known_peers" + pair)).isEqualTo(1);
              var to = "{To=\"" + peer + "\"}";
              assertThat(scrape.value("etcd_network_peer_sent_bytes_total" + to)).isPositive();
              assertThat(scrape.value("etcd_network_peer_round_trip_time_seconds_count" + to))
                  .isPositive();
              assertThat(
                      scrape.value("etcd_network_peer_received_bytes_total{From=\"" + peer + "\"}"))
                  .isPositive();
            });
  }

  @Test
  void lossOfTheQuorumShows() {
    int leader = cluster.awaitLeader();
    cluster.stop((leader + 1) % 3);
    cluster.stop((leader + 2) % 3);

    await()
        .untilAsserted(
            () ->
                assertThat(Scrape.of(cluster.clientPort(leader)).value("etcd_server_has_leader"))
                    .isZero());
  }

  private static double growth(Scrape before, Scrape after, String sample) {
    return after.value(sample) - before.value(sample);
  }

  private static String handled(String code, String method) {
    return "grpc_server_handled_total{grpc_code=\"%s\",grpc_method=\"%s\",".formatted(code, method)
        + "grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";
  }

  private static Stream<Known> list() {
    try (var resource = MetricsScenarioTest.class.getResourceAsStream("/etcd-metrics.txt")) {
      return new String(requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(Known::of);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
