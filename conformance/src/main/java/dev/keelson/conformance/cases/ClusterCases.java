package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.List;

/** The cases over several healthy members; those with faults are the chaos tests'. */
public final class ClusterCases {
  private ClusterCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.onStage("21", "every member shows the same metadata", ClusterCases::sameMetadata),
            Case.onStage("63", "a follower sees what was acknowledged", ClusterCases::follower),
            Case.onStage("157", "the hash is equal on all members", ClusterCases::sameHash),
            Case.onStage("275", "only the leader gives leadership away", ClusterCases::moveLeader))
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
}
