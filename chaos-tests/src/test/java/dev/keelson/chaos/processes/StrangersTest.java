package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.conformance.process.ClusterLayout;
import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.MemberSpec;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.store.Store;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Those who should not be there: noise on the ports, and members of another cluster. */
class StrangersTest {
  private static final long SEED = 1;

  /** So that nobody is elected anew because the machine was busy. */
  private static final String PATIENT = "--election-timeout=10000";

  @Test
  void garbageOnEitherPortHarmsNobody() {
    Clusters.with(
        3,
        cluster -> {
          long term = term(cluster);
          var writers = Writers.start(cluster.endpoints(), 4, "garbage");
          try (writers) {
            for (MemberProcess member : cluster.members()) {
              new Garbage(SEED).throwAt(member.spec().clientPort());
              new Garbage(SEED).throwAt(member.spec().peerPort());
            }
            long before = writers.acknowledged();
            writers.awaitAcknowledged(before + 50);
          }
          assertThat(cluster.members()).allMatch(MemberProcess::isAlive);
          assertThat(writers.failures()).isZero();
          assertThat(term(cluster)).as("nobody was elected anew").isEqualTo(term);
          StoreCheck.everyAckIsThere(cluster.endpoints().getFirst(), writers.acks());
          StoreCheck.hashesAgree(cluster);
        },
        PATIENT);
  }

  /** The stranger's configuration names our members' addresses beside its own. */
  @Test
  void aMemberOfAnotherClusterIsRefused() {
    Clusters.with(
        3,
        cluster -> {
          long term = term(cluster);
          ClusterLayout elsewhere = ClusterLayout.of(1, List.of());
          MemberSpec own = elsewhere.members().getFirst();
          String ours = cluster.member(0).spec().initialCluster();
          var spec =
              new MemberSpec(
                  "stranger",
                  own.dataDir(),
                  own.clientPort(),
                  own.peerPort(),
                  "stranger=" + own.peerUrl() + "," + ours,
                  own.token(),
                  List.of());
          try (var stranger =
              new MemberProcess(
                  Programs.underTest(), spec, cluster.scratch().resolve("stranger.log"))) {
            stranger.start();
            await()
                .atMost(Clusters.PATIENCE)
                .until(
                    () ->
                        refusal().matcher(stranger.logText()).find()
                            && cluster.members().stream()
                                .anyMatch(m -> refusal().matcher(m.logText()).find()));
            try (Store store = Store.connect(cluster.endpoints().getFirst())) {
              assertThat(store.memberList().getMembersCount()).isEqualTo(3);
              assertThat(Clusters.answered(store::revision)).isPositive();
            }
            assertThat(term(cluster)).as("nobody was elected anew").isEqualTo(term);
          } finally {
            elsewhere.delete();
          }
        },
        PATIENT);
  }

  private static Pattern refusal() {
    return Pattern.compile(
        Programs.isEtcd() ? "cluster ID mismatch" : "peer refuse(d|s us) .* reason=cluster-id");
  }

  private static long term(ProcessCluster cluster) {
    try (Store store = Store.connect(cluster.endpoints().getFirst())) {
      assertThat(Clusters.answered(store::revision)).isPositive();
      return store.status().getRaftTerm();
    }
  }
}
