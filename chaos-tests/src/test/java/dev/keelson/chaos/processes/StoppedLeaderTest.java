package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.conformance.process.MemberProcess;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A leader whose process stands still (SIGSTOP), as in a long pause of its machine. */
@Tag("TM-pause")
class StoppedLeaderTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("stopped/key");

  @Test
  void anotherOneLeadsAndTheOldOneFollowsWithoutAStaleRead() {
    Clusters.with(
        3,
        cluster -> {
          MemberProcess old = Clusters.awaitLeader(cluster);
          MemberProcess other =
              cluster.members().stream().filter(m -> !m.equals(old)).findFirst().orElseThrow();
          var toOld = NettyChannelBuilder.forTarget(old.endpoint()).usePlaintext().build();
          var toOther = NettyChannelBuilder.forTarget(other.endpoint()).usePlaintext().build();
          try {
            put(toOther, "before");
            assertThat(Clusters.answered(() -> read(toOld))).isEqualTo("before");
            old.pause();
            // Reads that reach a process that stands still are answered when it goes on.
            var early = CompletableFuture.supplyAsync(() -> answerOf(toOld));
            put(toOther, "after");
            old.resume();

            assertThat(Clusters.answered(() -> read(toOld))).isEqualTo("after");
            assertThat(early.join().filter("before"::equals)).as("a stale read").isEmpty();
          } finally {
            toOld.shutdownNow();
            toOther.shutdownNow();
          }
        });
  }

  /** Writes until it is acknowledged: the others must elect somebody first. */
  private static void put(ManagedChannel channel, String value) {
    var request =
        PutRequest.newBuilder().setKey(KEY).setValue(ByteString.copyFromUtf8(value)).build();
    var stored = Clusters.answered(() -> stub(channel).put(request));
    assertThat(stored.getHeader().getRevision()).isPositive();
  }

  private static KVGrpc.KVBlockingStub stub(ManagedChannel channel) {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /** The value by a linearizable read. */
  private static String read(ManagedChannel channel) {
    var answer = stub(channel).range(RangeRequest.newBuilder().setKey(KEY).build());
    return answer.getKvs(0).getValue().toStringUtf8();
  }

  /** The same; empty if there is no answer. */
  private static Optional<String> answerOf(ManagedChannel channel) {
    try {
      return Optional.of(read(channel));
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }
}
