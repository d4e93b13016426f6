package dev.keelson.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client of three Keelson members, of which one goes and comes back. */
@Timeout(900)
class ThreeMembersTest {
  private StoreUnderTest store;
  private KeelsonClient client;

  @BeforeEach
  void start() {
    store = StoreUnderTest.keelson(3);
    client =
        KeelsonClient.builder().endpoints(store.endpoints()).callTimeout(ofSeconds(60)).build();
  }

  @AfterEach
  void stop() {
    client.close();
    store.close();
  }

  @Test
  @Tag("WA-resume")
  @Tag("WA-unique")
  void membersThatGoOneByOneAreHardlyNoticed() {
    long start = client.kv().put("k", "start");
    var collected = Collected.all();
    client.watches().publisher(WatchSpec.key("k").fromRevision(start + 1)).subscribe(collected);
    try (KeptLease lease = client.leases().keep(ofSeconds(60))) {
      var acknowledged = new ArrayList<Long>();
      for (int member = 0; member < 3; member++) {
        store.stop(member);
        write(acknowledged, member + " down");
        assertThat(client.kv().within(ofSeconds(60)).get("k")).isPresent();
        store.start(member);
        write(acknowledged, member + " up");
      }
      long last = acknowledged.getLast();

      await().atMost(ofSeconds(60)).until(() -> collected.revisions().contains(last));
      assertThat(collected.revisions()).isSorted().doesNotHaveDuplicates();
      assertThat(new HashSet<>(collected.revisions())).containsAll(acknowledged);
      assertThat(lease.isAlive()).isTrue();
      assertThat(client.leases().find(lease.id())).isPresent();
    }
  }

  /** Writes until three writes are acknowledged; those whose outcome is unknown do not count. */
  private void write(List<Long> acknowledged, String value) {
    int before = acknowledged.size();
    await()
        .pollInterval(ofMillis(5))
        .atMost(ofSeconds(100))
        .until(
            () -> {
              try {
                acknowledged.add(client.kv().put("k", value));
              } catch (IndefiniteException | UnavailableException e) {
                return false; // sent to a member that went, or to one without a leader
              }
              return acknowledged.size() == before + 3;
            });
  }

  @Test
  void withoutAQuorumAReadFailsDefinitelyAndTheRestIsAnsweredLocally() {
    client.kv().put("k", "1");
    store.stop(0);
    store.stop(1);

    assertThatThrownBy(() -> client.kv().within(ofSeconds(2)).get("k"))
        .isInstanceOf(UnavailableException.class);
    var local = new AtomicReference<GetResult>();
    await()
        .atMost(ofSeconds(60))
        .untilAsserted(() -> local.set(client.kv().run(Get.key("k").serializable())));
    assertThat(local.get().first().orElseThrow().text()).isEqualTo("1");

    store.start(0);
    assertThat(client.kv().within(ofSeconds(60)).get("k")).isPresent();
  }
}
