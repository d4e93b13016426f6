package dev.keelson.chaos.workload;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.Member;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets a cluster forget a member that is gone with its disk, and expect another at its address, as
 * an operator does: with the same wish again and again, until the cluster has it (MB-id).
 */
public final class Replacement {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final long CALL_SECONDS = 10;

  private final List<String> others;
  private final String peerUrl;

  /**
   * @param others where those that stay are reached
   * @param peerUrl of the one that is gone, and of the one that comes
   */
  public Replacement(List<String> others, String peerUrl) {
    this.others = List.copyOf(others);
    this.peerUrl = peerUrl;
  }

  /**
   * Returns when the next member may be started.
   *
   * @throws IllegalStateException when the cluster has not agreed after two minutes
   */
  public void run() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Optional<Long> gone = Optional.empty();
    for (int attempt = 0; System.nanoTime() < deadline; attempt++) {
      var channel =
          NettyChannelBuilder.forTarget(others.get(attempt % others.size())).usePlaintext().build();
      try {
        Optional<Long> there = idAtTheAddress(channel);
        if (gone.isEmpty()) {
          gone = there;
        }
        if (there.isPresent() && !there.equals(gone)) {
          return;
        }
        change(channel, there);
      } catch (StatusRuntimeException e) {
        // No leader just now, or too few connected: what became of the call, the list will tell.
        LockSupport.parkNanos(PAUSE.toNanos());
      } finally {
        channel.shutdownNow();
      }
    }
    throw new IllegalStateException("the cluster does not exchange its member " + peerUrl);
  }

  private Optional<Long> idAtTheAddress(ManagedChannel channel) {
    var list =
        cluster(channel).memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
    return list.getMembersList().stream()
        .filter(member -> member.getPeerURLsList().contains(peerUrl))
        .map(Member::getID)
        .findFirst();
  }

  private void change(ManagedChannel channel, Optional<Long> there) {
    if (there.isPresent()) {
      cluster(channel).memberRemove(MemberRemoveRequest.newBuilder().setID(there.get()).build());
    } else {
      cluster(channel)
          .memberAdd(
              MemberAddRequest.newBuilder()
                  .addPeerURLsBytes(ByteString.copyFromUtf8(peerUrl))
                  .build());
    }
  }

  private static ClusterGrpc.ClusterBlockingStub cluster(ManagedChannel channel) {
    return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }
}
