package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.status.EtcdError;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that runs full, goes on as far as it may, and recovers. */
class QuotaScenarioTest {
  private static final String LARGE = "x".repeat(100_000);

  @TempDir private Path directory;

  @Test
  @Tag("Q3")
  @Tag("Q4")
  @Tag("Q5")
  void aFullClusterRecoversByCompactionAlone() throws StartException {
    try (var cluster = new TestCluster(directory, 3, "--quota-backend-bytes=1MiB").startAll()) {
      var client = cluster.client(0);
      assertThat(client.status().getDbSizeQuota()).isEqualTo(1 << 20);
      fill(client);
      long full = client.status().getHeader().getMemberId();

      // Every member refuses, also those that are asked for the first time; after a restart too.
      assertNoSpace(() -> cluster.client(1).put("small", "v"));
      cluster.stop(2);
      cluster.start(2);
      Awaitility.await()
          .untilAsserted(() -> assertNoSpace(() -> cluster.client(2).put("small", "v")));
      assertThat(client.get("big 0")).isEqualTo(LARGE);
      assertThat(client.status().getErrorsList())
          .anySatisfy(error -> assertThat(error).contains("alarm:NOSPACE"));

      for (int i = 0; i < 10; i++) {
        client.delete("big " + i);
      }
      for (int member = 0; member < 3; member++) {
        // Physical on each; all but the first find it done in the log, and wait for the removal.
        compact(cluster.client(member));
      }
      for (var alarm : client.alarm(AlarmAction.GET, 0, AlarmType.NONE).getAlarmsList()) {
        client.alarm(AlarmAction.DEACTIVATE, alarm.getMemberID(), alarm.getAlarm());
      }

      for (int member = 0; member < 3; member++) {
        cluster.client(member).get("seen by this one too, the end of the alarm");
        cluster.client(member).put("again " + member, "v");
      }
      assertThat(client.alarm(AlarmAction.GET, full, AlarmType.NONE).getAlarmsCount()).isZero();
    }
  }

  @Test
  @Tag("Q4")
  @Tag("case-262")
  void anAlarmThatIsEndedWhileTheStoreIsFullComesBack() throws StartException {
    try (var cluster = new TestCluster(directory, 1, "--quota-backend-bytes=1MiB").startAll()) {
      var client = cluster.client(0);
      fill(client);
      long member = client.status().getHeader().getMemberId();
      client.alarm(AlarmAction.DEACTIVATE, member, AlarmType.NOSPACE);

      assertNoSpace(() -> client.put("big", LARGE));

      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(client.alarm(AlarmAction.GET, 0, AlarmType.NOSPACE).getAlarmsCount())
                      .isEqualTo(1));
    }
  }

  private static void fill(TestClient client) {
    Awaitility.await()
        .untilAsserted(
            () ->
                assertNoSpace(
                    () -> {
                      for (int i = 0; i < 20; i++) {
                        client.put("big " + i % 10, LARGE);
                      }
                    }));
    Awaitility.await()
        .until(() -> client.alarm(AlarmAction.GET, 0, AlarmType.NOSPACE).getAlarmsCount() > 0);
  }

  private static void compact(TestClient client) {
    try {
      client.compact(client.range("big 0", false).getHeader().getRevision());
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getDescription()).isEqualTo(EtcdError.COMPACTED.message());
    }
  }

  private static void assertNoSpace(org.assertj.core.api.ThrowableAssert.ThrowingCallable write) {
    assertThatThrownBy(write).hasMessageContaining(EtcdError.NO_SPACE.message());
  }
}
