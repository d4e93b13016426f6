package dev.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The cases of watches and leases in which members stop and come back. */
class LostLeaderTest {
  private static final Keys KEYS = new Keys(ByteString.copyFromUtf8("lost/"));
  private static final Duration HANGS = Duration.ofSeconds(60);

  @Test
  @Tag("208")
  @Tag("237")
  void withoutQuorumStreamsThatWantALeaderEndAndOthersWaitForItsReturn() {
    try (var cluster = InProcessCluster.start(3, List.of());
        Store store = Store.connect(cluster.endpoints().getFirst());
        WatchSession demanding = store.watchWithLeader();
        WatchSession patient = store.watch();
        KeepAlive renewals = store.keepAlive()) {
      demanding.create(KEYS.watch("a"));
      patient.create(KEYS.watch("a"));
      long lease = store.grantLease();
      assertThat(renewals.renew(lease)).isEqualTo(600);

      cluster.member(1).stop();
      cluster.member(2).stop();
      assertIsNoLeader(demanding.end(HANGS));

      // L8: only after the request timeout of 7 s, in which a leader might have come.
      long asked = System.nanoTime();
      renewals.send(lease);
      assertIsNoLeader(renewals.end(HANGS));
      assertThat(since(asked)).isGreaterThan(Duration.ofSeconds(3));
      assertThat(endOf(() -> store.timeToLive(lease)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);

      cluster.member(1).startAgain();
      cluster.member(1).awaitServing();
      try (Store other = Store.connect(cluster.member(1).endpoint())) {
        long put = other.put(KEYS.put("a", "1")).getHeader().getRevision();
        assertThat(patient.nextEvent(0).getKv().getModRevision()).isEqualTo(put);
        assertThat(other.timeToLive(lease).getGrantedTTL()).isEqualTo(600);
      }
    }
  }

  /** When some of its time is over the leader goes: the next one gives it all of it again (L13). */
  @Test
  @Tag("238")
  void aLeaseThatLosesItsLeaderLivesItsWholeTimeFromTheNextElection() {
    try (var cluster = InProcessCluster.start(3, List.of())) {
      int attempts = 1;
      while (!livesItsWholeTimeAgain(cluster, Duration.ofSeconds(10))) {
        assertThat(attempts++).as("attempts that came too late").isLessThan(5);
      }
    }
  }

  /** False where the machine was so slow that the old leader may have ended the lease by right. */
  private static boolean livesItsWholeTimeAgain(InProcessCluster cluster, Duration ttl) {
    int leader = leaderOf(cluster);
    int other = IntStream.range(0, 3).filter(i -> i != leader).findFirst().orElseThrow();
    try (Store store = Store.connect(cluster.member(other).endpoint());
        WatchSession watch = store.watch()) {
      watch.create(KEYS.watch("a").addFilters(FilterType.NOPUT));
      long granting = System.nanoTime();
      long lease = store.grantLease(0, ttl.toSeconds()).getID();
      store.put(KEYS.put("a", "1").setLease(lease));
      await()
          .atMost(HANGS)
          .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
          .until(() -> store.timeToLive(lease).getTTL() <= ttl.toSeconds() - 2);

      long losing = System.nanoTime();
      boolean led = cluster.member(leader).leads();
      cluster.member(leader).stop();
      boolean inTime = led && since(granting).compareTo(ttl) < 0;
      Event ended = watch.next(HANGS).orElseThrow().getEvents(0);

      if (inTime) {
        assertThat(ended.getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(since(losing)).isGreaterThan(ttl);
        await()
            .atMost(HANGS)
            .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
            .until(() -> store.timeToLive(lease).getTTL() == -1);
      } else {
        cluster.member(leader).startAgain();
        cluster.member(leader).awaitServing();
      }
      return inTime;
    }
  }

  private static int leaderOf(InProcessCluster cluster) {
    return await().atMost(HANGS).until(cluster::leader, l -> l.isPresent()).orElseThrow();
  }

  /** What is left of a long lease is recorded now and then: the next leader goes on from there. */
  @Test
  @Tag("239")
  void aLongLeaseKeepsWhatItHasLivedThroughWhenTheLeaderGoes() {
    try (var cluster = InProcessCluster.start(3, List.of("--lease-checkpoint-interval=1s"))) {
      int leader = leaderOf(cluster);
      int other = IntStream.range(0, 3).filter(i -> i != leader).findFirst().orElseThrow();
      try (Store store = Store.connect(cluster.member(other).endpoint())) {
        long lease = store.grantLease(0, 300).getID();
        // Several records are due by then, of which any one is enough.
        await()
            .atMost(HANGS)
            .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
            .until(() -> store.timeToLive(lease).getTTL() <= 294);

        cluster.member(leader).stop();

        await()
            .atMost(HANGS)
            .ignoreExceptionsMatching(StatusRuntimeException.class::isInstance)
            .until(() -> store.put(KEYS.put("a", "1")).getHeader().getRevision() > 0);
        var lived =
            await()
                .atMost(HANGS)
                .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                .until(() -> store.timeToLive(lease), answer -> true);
        assertThat(lived.getTTL()).isBetween(1L, 298L);
        assertThat(lived.getGrantedTTL()).isEqualTo(300);
      }
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static void assertIsNoLeader(Status status) {
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).isEqualTo(EtcdError.NO_LEADER.message());
  }

  private static Status endOf(Runnable call) {
    try {
      call.run();
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }
}
