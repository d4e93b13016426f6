package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.RocksEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member whose store was changed behind its back is found by the others, and only it stops. */
@Tag("DV-hash")
class DivergenceScenarioTest {
  private static final int VICTIM = 2;
  private static final int DIVERGED = 73;

  /** No comparison comes later than that: 1,000 entries, and a few for the claims. */
  private static final int WRITES = 1_100;

  private static final long SOON_SECONDS = 60;

  @TempDir private Path directory;

  @Test
  void aFollowerThatDivergedStopsAloneAndDoesNotStartAgain() throws Exception {
    try (var cluster = clusterWithVictim()) {
      lead(cluster, 0);

      assertThat(stopOfVictimUnderWrites(cluster).exitCode()).isEqualTo(DIVERGED);

      othersServe(cluster);
      cluster.stop(VICTIM);
      assertThatThrownBy(() -> cluster.start(VICTIM))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("remove this member, delete the directory, add it again");
    }
  }

  @Test
  void aLeaderThatDivergedStopsAlone() throws Exception {
    try (var cluster = clusterWithVictim()) {
      lead(cluster, VICTIM);

      assertThat(stopOfVictimUnderWrites(cluster).exitCode()).isEqualTo(DIVERGED);

      othersServe(cluster);
    }
  }

  private TestCluster clusterWithVictim() throws StartException, IOException {
    var cluster = new TestCluster(directory, 3).startAll();
    cluster.client(0).put("shared", "value");
    awaitValue(cluster, VICTIM);
    cluster.stop(VICTIM);
    plantDivergence(cluster.dataDir(VICTIM));
    cluster.start(VICTIM);
    return cluster;
  }

  private static void awaitValue(TestCluster cluster, int member) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(SOON_SECONDS))
        .ignoreExceptions()
        .until(() -> cluster.client(member).range("shared", true).getKvsCount() == 1);
  }

  /** The member will have applied the same log as the others, and hold another value. */
  private static void plantDivergence(Path dataDir) throws IOException {
    try (var states = Files.list(dataDir.resolve("state"))) {
      var live = states.filter(Files::isDirectory).findFirst().orElseThrow();
      try (var store =
          MvccStore.open(RocksEngine.open(live, EngineConfig.small()), MvccConfig.defaults())) {
        var txn = store.begin();
        txn.put(bytes("shared"), bytes("another"), 0);
        txn.commit();
        store.commitBatch(store.applied());
        store.flush();
      }
    }
  }

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void lead(TestCluster cluster, int wanted) {
    long id = cluster.client(wanted).status().getHeader().getMemberId();
    Awaitility.await()
        .atMost(Duration.ofSeconds(SOON_SECONDS))
        .ignoreExceptions()
        .until(
            () -> {
              if (cluster.client(wanted).isLeader()) {
                return true;
              }
              for (int member = 0; member < 3; member++) {
                if (cluster.client(member).isLeader()) {
                  MaintenanceGrpc.newBlockingStub(cluster.client(member).channel())
                      .withDeadlineAfter(5, TimeUnit.SECONDS)
                      .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(id).build());
                }
              }
              return false;
            });
  }

  private static MemberStop stopOfVictimUnderWrites(TestCluster cluster) throws Exception {
    var server = cluster.server(VICTIM);
    var stop =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.awaitTermination();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    for (int written = 0; written < WRITES && !stop.isDone(); written++) {
      put(cluster, "key-" + written);
    }
    return stop.get(SOON_SECONDS, TimeUnit.SECONDS);
  }

  /** The leader may be the one that stops: a write is tried again until it is acknowledged. */
  private static void put(TestCluster cluster, String key) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(SOON_SECONDS))
        .pollDelay(Duration.ZERO)
        .ignoreExceptions()
        .until(() -> cluster.client(0).put(key, "value") > 0);
  }

  private static void othersServe(TestCluster cluster) {
    put(cluster, "after");
    for (int member = 0; member < 2; member++) {
      var client = cluster.client(member);
      assertThat(client.get("after")).isEqualTo("value");
      assertThat(client.get("shared")).isEqualTo("value");
      Awaitility.await() // for the moments in which a leader is missed
          .untilAsserted(
              () ->
                  assertThat(client.status().getErrorsList())
                      .as("no alarm stops the others")
                      .isEmpty());
    }
  }
}
