package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.server.Etcdctl;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The real etcdctl against three members: what an operator types, and what it must print. */
class EtcdctlTest extends EtcdctlScenario {
  @Test
  void putsAndGets() {
    assertPrints("OK\n", "put", "basic/a", "1");
    assertPrints("OK\n", "put", "basic/b", "2");
    assertPrints("basic/a\n1\n", "get", "basic/a");
    assertPrints("", "get", "basic/absent");
    assertPrints("basic/a\n1\nbasic/b\n2\n", "get", "--prefix", "basic/");
    assertPrints("basic/a\n1\n", "get", "--prefix", "basic/", "--limit=1");
    assertPrints(
        "basic/b\n\nbasic/a\n\n", "get", "--prefix", "basic/", "--keys-only", "--order=DESCEND");
    assertPrints("1\n", "get", "basic/a", "--print-value-only", "--consistency=s");
    assertPrints("OK\nbasic/a\n1\n", "put", "basic/a", "3", "--prev-kv");
    assertPrints("basic/b\n2\n", "get", "basic/b", "basic/c");
  }

  @Test
  void readsThePastAndRefusesWhatIsCompacted() {
    assertPrints("OK\n", "put", "past/a", "old");
    long old = revision();
    assertPrints("OK\n", "put", "past/a", "new");
    long now = revision();
    assertPrints("past/a\nold\n", "get", "past/a", "--rev=" + old);

    assertPrints("compacted revision " + now + "\n", "compaction", Long.toString(now));

    Etcdctl.Result refused = etcdctl().run("get", "past/a", "--rev=" + old);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains("Error: etcdserver: mvcc: required revision has been compacted");
    Etcdctl.Result future = etcdctl().run("get", "past/a", "--rev=" + (revision() + 1000));
    assertThat(future.err())
        .contains("Error: etcdserver: mvcc: required revision is a future revision");
    assertPrints("OK\n", "put", "past/a", "newer");
    String latest = Long.toString(revision());
    assertPrints("compacted revision " + latest + "\n", "compaction", "--physical", latest);
  }

  @Test
  void deletes() {
    List.of("1", "2", "3").forEach(n -> assertPrints("OK\n", "put", "del/" + n, n));
    assertPrints("1\ndel/1\n1\n", "del", "del/1", "--prev-kv");
    assertPrints("0\n", "del", "del/1");
    assertPrints("2\n", "del", "--prefix", "del/");
    assertPrints("", "get", "--prefix", "del/");
  }

  @Test
  void runsTransactions() {
    assertPrints("OK\n", "put", "txn/a", "1");
    String input =
        """
        value("txn/a") = "1"
        version("txn/none") = "0"

        put txn/b "two words"
        get txn/a

        put txn/c lost

        """;

    Etcdctl.Result first = etcdctl().runWithInput(input, "txn");
    assertPrints("OK\n", "put", "txn/a", "2");
    Etcdctl.Result second = etcdctl().runWithInput(input, "txn");

    assertThat(first.out()).isEqualTo("SUCCESS\n\nOK\n\ntxn/a\n1\n");
    assertThat(second.out()).isEqualTo("FAILURE\n\nOK\n");
    assertPrints("txn/b\ntwo words\ntxn/c\nlost\n", "get", "txn/b", "txn/d");
  }

  @Test
  void showsTheMembersAndTheirHealth() {
    // A member may serve a little before the others have heard its name.
    await()
        .atMost(Clusters.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(prints("member", "list").lines())
                    .hasSize(3)
                    .allMatch(EtcdctlTest::isOfAStartedMember));

    Etcdctl.Result health = etcdctl().run("endpoint", "health");
    assertThat(health.exitCode()).isZero();
    assertThat((health.out() + health.err()).lines().filter(l -> l.contains("is healthy")))
        .hasSize(3);

    Etcdctl.Result status = etcdctl().run("endpoint", "status");
    assertThat(status.out().lines()).hasSize(3);
    assertThat(status.out().lines().filter(line -> line.split(", ", -1)[4].equals("true")))
        .as("exactly one member says it leads: %s", status.out())
        .hasSize(1);
  }

  private static boolean isOfAStartedMember(String line) {
    return line.matches("[0-9a-f]+, started, m[123], http://.*, http://.*, false");
  }

  @Test
  void comparesTheMembersHashes() {
    assertPrints("OK\n", "put", "hash/a", "1");
    // A linearizable read at each member: each has applied the put.
    for (String endpoint : cluster().endpoints()) {
      assertThat(new Etcdctl(List.of(endpoint)).run("get", "hash/a").out())
          .isEqualTo("hash/a\n1\n");
    }

    Etcdctl.Result hashes = etcdctl().run("endpoint", "hashkv", "--rev=" + revision());

    assertThat(hashes.exitCode()).as(hashes.err()).isZero();
    assertThat(hashes.out().lines().map(line -> line.split(", ", -1)[1]).distinct()).hasSize(1);
    assertThat(hashes.out().lines()).hasSize(3);
  }

  private void assertPrints(String expected, String... arguments) {
    Etcdctl.Result result = etcdctl().run(arguments);
    assertThat(result.out()).as("%s: %s", List.of(arguments), result.err()).isEqualTo(expected);
    assertThat(result.exitCode()).isZero();
  }
}
