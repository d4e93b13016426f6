package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The cases over several healthy members; those with faults are the chaos tests'. */
public final class ClusterCases {
  private ClusterCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.onStage("21", "every member shows the same metadata", ClusterCases::sameMetadata),
            Case.onStage("63", "a follower sees what was acknowledged", ClusterCases::follower),
            Case.onStage("157", "the hash is equal on all members", ClusterCases::sameHash),
            Case.onStage("235", "a lease is known everywhere at once", ClusterCases::leases),
            Case.onStage("275", "only the leader gives leadership away", ClusterCases::moveLeader),
            // These move the leadership: not in a cluster that others use.
            Case.onStage("207", "a watch outlives the leader it began under", ClusterCases::watch)
                .tagged(Tag.WHOLE_STORE),
            Case.onStage("236", "a leader change makes leases no shorter", ClusterCases::renewal)
                .tagged(Tag.WHOLE_STORE))
        .stream()
        .map(one -> one.tagged(Tag.CLUSTER))
        .toList();
  }

  private static void sameMetadata(Stage stage) {
    Keys keys = stage.keys();
    stage.store().putAll(keys, "a", "b", "a", "c", "d");
    stage.store().delete(keys.delete("b"));
    stage.store().putAll(keys, "b", "d");
    RangeResponse here = stage.store().range(keys.everything());
    for (Store member : stage.members()) {
      RangeResponse there = member.range(keys.everything());
      Expect.equal(here.getKvsList(), there.getKvsList(), "keys on " + member.endpoint());
      Expect.equal(
          here.getHeader().getRevision(),
          there.getHeader().getRevision(),
          "revision on " + member.endpoint());
      Expect.equal(
          here.getHeader().getClusterId(),
          there.getHeader().getClusterId(),
          "cluster_id on " + member.endpoint());
    }
    long ids =
        stage.members().stream()
            .map(m -> m.range(keys.get("a")).getHeader().getMemberId())
            .distinct()
            .count();
    Expect.equal(stage.members().size(), ids, "different member ids");
  }

  private static void follower(Stage stage) {
    Keys keys = stage.keys();
    for (int round = 0; round < 30; round++) {
      String value = "v" + round;
      for (Store writer : stage.members()) {
        long put = writer.put(keys.put("a", value)).getHeader().getRevision();
        for (Store reader : stage.members()) {
          RangeResponse found = reader.range(keys.get("a"));
          Expect.isTrue(
              found.getHeader().getRevision() >= put,
              "the read at " + reader.endpoint() + " is not older than the acknowledged put");
          Expect.equal(value, found.getKvs(0).getValue().toStringUtf8(), "value read");
        }
      }
    }
  }

  private static void sameHash(Stage stage) {
    Keys keys = stage.keys();
    stage.store().putAll(keys, "a", "b", "a");
    stage.store().delete(keys.delete("b"));
    long settled = stage.store().revision();
    HashKVResponse here = stage.store().hashKv(settled);
    for (Store member : stage.members()) {
      // A linearizable read first: the member has applied all that is settled.
      Expect.isTrue(member.revision() >= settled, "settled on " + member.endpoint());
      HashKVResponse there = member.hashKv(settled);
      Expect.equal(
          here.getCompactRevision(),
          there.getCompactRevision(),
          "compact_revision on " + member.endpoint());
      Expect.equal(here.getHash(), there.getHash(), "hash on " + member.endpoint());
    }
  }

  private static void moveLeader(Stage stage) {
    int followers = 0;
    for (Store member : stage.members()) {
      long self = member.memberList().getHeader().getMemberId();
      if (member.status().getLeader() != self) {
        followers++;
        var request = MoveLeaderRequest.newBuilder().setTargetID(self).build();
        Expect.error(EtcdError.NOT_LEADER, () -> member.maintenance().moveLeader(request));
      }
    }
    Expect.equal(stage.members().size() - 1, followers, "members that do not lead");
  }

  private static void leases(Stage stage) {
    for (Store granter : stage.members()) {
      long lease = granter.grantLease();
      for (Store other : stage.members()) {
        Expect.equal(
            600, other.timeToLive(lease).getGrantedTTL(), "granted TTL at " + other.endpoint());
        try (KeepAlive stream = other.keepAlive()) {
          Expect.equal(600, stream.renew(lease), "TTL when renewed at " + other.endpoint());
        }
      }
      stage.members().getLast().revoke(lease);
    }
  }

  private static void watch(Stage stage) {
    Keys keys = stage.keys();
    var watches = new ArrayList<WatchSession>();
    try {
      for (Store member : stage.members()) {
        watches.add(member.watchWithLeader());
        watches.getLast().create(keys.watch("a"));
      }
      // Each member once, so that every watch sees a leader go and another come.
      for (Store next : stage.members()) {
        lead(stage, next);
        for (Store writer : stage.members()) {
          long put = writer.put(keys.put("a", "1")).getHeader().getRevision();
          for (WatchSession watch : watches) {
            Expect.equal(put, watch.nextEvent(0).getKv().getModRevision(), "mod_revision");
          }
        }
      }
    } finally {
      watches.forEach(WatchSession::close);
    }
  }

  private static void renewal(Stage stage) {
    long lease = stage.store().grantLease(0, 100).getID();
    Calls.pause(Duration.ofSeconds(7));
    long before = stage.store().timeToLive(lease).getTTL();
    Expect.isTrue(before <= 93, "TTL before the change: " + before);
    Store next = stage.members().stream().filter(m -> !leads(m)).findFirst().orElseThrow();
    lead(stage, next);
    // L13: once the new leader has applied what was before it. Each look is a while after that.
    Calls.until("a TTL that has grown", () -> stage.store().timeToLive(lease).getTTL() > before);
    for (Store member : stage.members()) {
      Expect.isTrue(member.timeToLive(lease).getTTL() > before, "TTL at " + member.endpoint());
    }
  }

  /** Makes this member lead, however often it takes, and waits until all members know. */
  private static void lead(Stage stage, Store next) {
    long target = next.memberList().getHeader().getMemberId();
    var request = MoveLeaderRequest.newBuilder().setTargetID(target).build();
    Calls.until(
        "all members follow " + next.endpoint(),
        () -> {
          stage.members().stream()
              .filter(member -> leads(member) && member != next)
              .forEach(member -> move(member, request));
          return stage.members().stream().allMatch(m -> m.status().getLeader() == target);
        });
  }

  /** One that does not get its way in time, or does not lead any more, is asked again. */
  private static void move(Store leader, MoveLeaderRequest request) {
    try {
      var _ = leader.maintenance().moveLeader(request);
    } catch (StatusRuntimeException e) {
      String text = String.valueOf(e.getStatus().getDescription());
      Expect.isTrue(
          text.equals(EtcdError.NOT_LEADER.message()) || text.contains("timed out"),
          "refused to move the leader: " + e.getStatus());
    }
  }

  private static boolean leads(Store member) {
    StatusResponse status = member.status();
    return status.getLeader() == status.getHeader().getMemberId();
  }
}
