package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

/** The real etcdctl and leases: what it prints is what etcd's own answers make it print. */
class EtcdctlLeaseTest extends EtcdctlScenario {
  private String grant(int seconds) {
    var printed = prints("lease", "grant", Integer.toString(seconds));
    assertThat(printed).matches("lease [0-9a-f]+ granted with TTL\\(" + seconds + "s\\)\n");
    return printed.split(" ", -1)[1];
  }

  @Test
  void grantsKeepsAliveTellsListsAndRevokes() {
    var lease = grant(1000);
    prints("put", "leased/a", "1", "--lease=" + lease);
    prints("put", "leased/b", "2", "--lease=" + lease);

    assertThat(prints("lease", "keep-alive", "--once", lease))
        .isEqualTo("lease " + lease + " keepalived with TTL(1000)\n");
    assertThat(prints("lease", "timetolive", "--keys", lease))
        .matches(
            "lease "
                + lease
                + " granted with TTL\\(1000s\\), remaining\\((1000|[5-9][0-9]{2})s\\),"
                + " attached keys\\(\\[leased/a leased/b]\\)\n");
    // Each member lists the leases that it has heard of.
    await()
        .atMost(Clusters.PATIENCE)
        .untilAsserted(() -> assertThat(prints("lease", "list")).contains(lease));
    assertThat(prints("lease", "revoke", lease)).isEqualTo("lease " + lease + " revoked\n");

    assertThat(prints("get", "--prefix", "leased/")).isEmpty();
    assertThat(prints("lease", "timetolive", lease))
        .isEqualTo("lease " + lease + " already expired\n");
    assertThat(etcdctl().run("lease", "revoke", lease).err())
        .contains("etcdserver: requested lease not found");
    assertThat(etcdctl().run("put", "leased/a", "1", "--lease=" + lease).err())
        .contains("etcdserver: requested lease not found");
  }

  @Test
  void holdsALockForAsLongAsACommandRuns() {
    assertThat(prints("lock", "guarded", "echo", "held")).isEqualTo("held\n");
    assertThat(prints("lock", "guarded", "echo", "again")).isEqualTo("again\n");
    assertThat(prints("get", "--prefix", "guarded/")).isEmpty();
  }
}
