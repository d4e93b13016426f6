package dev.keelson.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyValue;
import dev.keelson.embedded.EmbeddedCluster;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** Tests that build on each other. */
@KeelsonCluster(keepData = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(240)
class KeptDataTest {
  @Test
  @Order(1)
  void writes(KeelsonClient client, EmbeddedCluster cluster) {
    KeelsonClusterTest.until(() -> client.kv().put("k", "kept") > 0);
    cluster.kill(0);
  }

  @Test
  @Order(2)
  void findsWhatTheTestBeforeItWrote(KeelsonClient client) {
    assertThat(client.kv().get("k").map(KeyValue::text)).contains("kept");
  }
}
