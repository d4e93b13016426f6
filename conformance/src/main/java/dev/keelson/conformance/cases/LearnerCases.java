package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;

/** What a learner answers: a member that joined and may not vote yet (P2). */
public final class LearnerCases {
  private LearnerCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.onStage("64", "a learner reads what is its own only", LearnerCases::range),
            Case.onStage("80", "a learner streams no range", LearnerCases::rangeStream),
            Case.onStage("209", "a learner watches nothing", LearnerCases::watch))
        .stream()
        // 3.4 refuses with another code, and has no RangeStream.
        .map(one -> one.tagged(Tag.FRESH_MEMBER, Tag.SLOW, Tag.NOT_ON_3_4))
        .toList();
  }

  private static void range(Stage stage) {
    Store learner = learner(stage);
    RangeResponse own = learner.range(stage.keys().get("a").setSerializable(true));
    Expect.equal("1", own.getKvs(0).getValue().toStringUtf8(), "value of a serializable read");
    Expect.error(EtcdError.NOT_SUPPORTED_FOR_LEARNER, () -> learner.range(stage.keys().get("a")));
    Expect.error(
        EtcdError.NOT_SUPPORTED_FOR_LEARNER, () -> learner.put(stage.keys().put("a", "2")));
    Expect.equal("1", stage.store().valueOf(stage.keys().at("a")), "value after the refused put");
  }

  private static void rangeStream(Stage stage) {
    Store learner = learner(stage);
    Expect.error(
        EtcdError.NOT_SUPPORTED_FOR_LEARNER,
        () -> {
          var _ = learner.rangeStream(stage.keys().get("a").setSerializable(true)).next();
        });
  }

  private static void watch(Stage stage) {
    Store learner = learner(stage);
    try (WatchSession watch = learner.watch()) {
      watch.send(stage.keys().watch("a"));
      Status end = watch.end(Duration.ofSeconds(60));
      Expect.error(
          EtcdError.NOT_SUPPORTED_FOR_LEARNER,
          () -> {
            throw end.asRuntimeException();
          });
    }
  }

  /** One that has what the voter has: "a", with the value "1". */
  private static Store learner(Stage stage) {
    stage.store().put(stage.keys().put("a", "1"));
    Store learner = stage.addLearner();
    Calls.until("the learner has caught up", () -> hasCaughtUp(learner, stage.keys().at("a")));
    return learner;
  }

  private static boolean hasCaughtUp(Store learner, ByteString key) {
    try {
      learner.reconnect();
      return learner.status().getLeader() != 0
          && learner.range(RangeRequest.newBuilder().setKey(key).setSerializable(true)).getCount()
              == 1;
    } catch (StatusRuntimeException e) {
      return false; // not started yet
    }
  }
}
