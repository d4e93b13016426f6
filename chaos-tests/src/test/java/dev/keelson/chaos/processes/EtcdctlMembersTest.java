package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.MemberSpec;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.server.Etcdctl;
import dev.keelson.server.External;
import dev.keelson.server.FreePorts;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster that an operator changes with the real etcdctl, as etcd's own guide says. */
class EtcdctlMembersTest {
  private static final Duration SOON = Clusters.PATIENCE;

  @BeforeEach
  void needsEtcdctl() {
    External.needsEtcdctl();
  }

  @Test
  @Tag("MB8")
  @Tag("MB12")
  @Tag("MB24")
  void aMemberIsAddedAsALearnerPromotedUpdatedAndRemoved() {
    Clusters.patient(3, EtcdctlMembersTest::changeMembers);
  }

  private static void changeMembers(ProcessCluster cluster) {
    var etcdctl = new Etcdctl(cluster.endpoints());
    assertThat(etcdctl.run("put", "k", "1").out()).isEqualTo("OK\n");
    var spec = fourth(cluster);

    // An addition is "unhealthy cluster" until the peers have been connected for five seconds.
    var added = awaitSuccess(etcdctl, "member", "add", "m4", "--learner", peerUrls(spec));
    assertThat(added).contains("added to cluster", "ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
    String id = added.replaceFirst("(?s)^Member +([0-9a-f]+) .*", "$1");
    // Each member tells what it has heard of, which may be a little less than the last one asked.
    awaitOutput(etcdctl, id + ", unstarted, , " + spec.peerUrl() + ", , true", "member", "list");
    awaitError(
        etcdctl,
        "can only promote a learner member which is in sync with leader",
        "member",
        "promote",
        id);

    var log = cluster.scratch().resolve("m4.log");
    try (var learner = new MemberProcess(Programs.underTest(), spec, log)) {
      learner.start();
      awaitSuccess(etcdctl, "member", "promote", id);
      awaitOutput(etcdctl, id + ", started, m4, " + spec.peerUrl(), "member", "list");
      var own = new Etcdctl(List.of(learner.endpoint()));
      assertThat(awaitSuccess(own, "get", "k")).isEqualTo("k\n1\n");

      var moved = "--peer-urls=" + spec.peerUrl() + ",http://127.0.0.1:1";
      assertThat(awaitSuccess(etcdctl, "member", "update", id, moved))
          .contains("updated in cluster");
      awaitOutput(etcdctl, "http://127.0.0.1:1," + spec.peerUrl(), "member", "list");

      assertThat(awaitSuccess(etcdctl, "member", "remove", id)).contains("removed from cluster");
      assertThat(learner.exitCodeWithin(SOON)).as(learner.logTail()).contains(0);
      assertThat(learner.logText()).contains("removed from the cluster for good");
      learner.start();
      assertThat(learner.exitCodeWithin(SOON)).as(learner.logTail()).contains(0);
    }
    await().atMost(SOON).until(() -> etcdctl.run("member", "list").out().lines().count() == 3);
    awaitError(etcdctl, "etcdserver: member not found", "member", "remove", id);
    assertThat(etcdctl.run("put", "k", "2").out()).isEqualTo("OK\n");
  }

  private static MemberSpec fourth(ProcessCluster cluster) {
    var ports = new FreePorts();
    var first = cluster.member(0).spec();
    int peerPort = ports.next();
    String initial =
        Stream.concat(
                cluster.members().stream().map(m -> m.spec().name() + "=" + m.spec().peerUrl()),
                Stream.of("m4=http://127.0.0.1:" + peerPort))
            .collect(Collectors.joining(","));
    return new MemberSpec(
        "m4",
        first.dataDir().resolveSibling("m4"),
        ports.next(),
        peerPort,
        initial,
        first.token(),
        List.of("--initial-cluster-state=existing"));
  }

  private static String peerUrls(MemberSpec spec) {
    return "--peer-urls=" + spec.peerUrl();
  }

  private static String awaitSuccess(Etcdctl etcdctl, String... arguments) {
    return await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> etcdctl.run(arguments), result -> result.exitCode() == 0)
        .out();
  }

  private static void awaitOutput(Etcdctl etcdctl, String expected, String... arguments) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(etcdctl.run(arguments).out()).contains(expected));
  }

  private static void awaitError(Etcdctl etcdctl, String expected, String... arguments) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(etcdctl.run(arguments).err()).contains(expected));
  }
}
