package dev.keelson.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeyValue;
import dev.keelson.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** A class of tests with a cluster, of which each test leaves a mess behind. */
@KeelsonCluster(members = 3)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(240)
class KeelsonClusterTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final EmbeddedCluster shared;
  private long lease;

  KeelsonClusterTest(EmbeddedCluster cluster) {
    this.shared = cluster;
  }

  @BeforeAll
  void seesTheSameCluster(EmbeddedCluster cluster, @Endpoints List<String> endpoints) {
    assertThat(cluster).isSameAs(shared);
    assertThat(endpoints).isEqualTo(cluster.endpoints()).hasSize(3);
  }

  @BeforeEach
  void findsNothing(KeelsonClient client) {
    assertThat(client.kv().within(LONG).get("k")).isEmpty();
    assertThat(client.leases().find(lease)).isEmpty();
  }

  @Test
  @Order(1)
  void mayLeaveKeysAndLeasesBehind(KeelsonClient client) {
    put(client, "k", "left behind");
    assertThat(client.kv().within(LONG).get("k").map(KeyValue::text)).contains("left behind");
    until(
        () -> {
          lease = client.leases().grant(Duration.ofMinutes(10)).id();
          return lease != 0;
        });
    assertThat(client.leases().find(lease)).isPresent();
  }

  @Test
  @Order(2)
  void mayLeaveMembersDeadAndCutOff(EmbeddedCluster cluster, KeelsonClient client) {
    cluster.kill(0);
    put(client, "k", "two of three");
    cluster.isolate(1);
    cluster.pause(2);
    assertThat(cluster.isUp(0)).isFalse();
  }

  @Test
  @Order(3)
  void findsAllMembersUpAgain(EmbeddedCluster cluster, KeelsonClient client) {
    assertThat(List.of(cluster.isUp(0), cluster.isUp(1), cluster.isUp(2))).containsOnly(true);
    put(client, "k", "all three");
  }

  @Test
  @Order(4)
  @KeelsonCluster(flags = "max-txn-ops=7")
  void mayHaveAClusterOfItsOwn(EmbeddedCluster cluster, @Endpoints List<String> endpoints) {
    assertThat(cluster).isNotSameAs(shared);
    assertThat(endpoints).hasSize(1);
  }

  /** Classes inside share the cluster of the one around them. */
  @Nested
  class Inside {
    @Test
    void seesTheClusterOfTheOutside(EmbeddedCluster cluster) {
      assertThat(cluster).isSameAs(shared);
    }
  }

  private static void put(KeelsonClient client, String key, String value) {
    until(() -> client.kv().put(key, value) > 0);
  }

  /** Elections on a busy machine may leave a write's outcome unknown: these may be done twice. */
  static void until(BooleanSupplier step) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (true) {
      try {
        assertThat(step.getAsBoolean()).isTrue();
        return;
      } catch (KeelsonException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
    }
  }
}
