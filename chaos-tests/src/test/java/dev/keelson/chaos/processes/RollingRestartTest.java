package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All members are restarted one after the other, as for an upgrade, while clients write. Run when
 * asked for by {@code -Dkeelson.chaos.seconds}, until it has proved itself on busy machines.
 */
@EnabledIfSystemProperty(named = "keelson.chaos.seconds", matches = "[0-9]+")
class RollingRestartTest {
  private static final int CLIENTS = 9;
  private static final long WRITES_BETWEEN = 300;
  private static final Duration SOON = Duration.ofSeconds(60);

  /** A machine that is busy may take its time to hand over: what is asked is that nothing fails. */
  private static final String[] PATIENT = {"--heartbeat-interval=500", "--election-timeout=10000"};

  @Test
  @Tag("RF3")
  void noWriteFailsOfWhichAClientCannotTellWhetherItWasDone() {
    Clusters.with(
        3,
        cluster -> {
          var clients = new Clients(cluster.endpoints());
          try (clients) {
            for (MemberProcess member : List.copyOf(cluster.members())) {
              clients.awaitMore(WRITES_BETWEEN);
              member.stop();
              clients.awaitMore(WRITES_BETWEEN);
              member.start();
              member.awaitServing(ProcessCluster.STARTS_WITHIN);
            }
            clients.awaitMore(WRITES_BETWEEN);
          }
          System.out.printf(
              "rolling restart: puts=%d longest_pause_ms=%d not_sent=%d failures=%s%n",
              clients.acknowledged.get(),
              clients.longestPauseNanos.get() / 1_000_000,
              clients.notSent.get(),
              clients.failures());

          assertThat(clients.failures()).isEmpty();
          assertThat(handOvers(cluster)).as("leaders that handed over").isPositive();
          StoreCheck.hashesAgree(cluster);
        },
        PATIENT);
  }

  private static long handOvers(ProcessCluster cluster) {
    return cluster.members().stream()
        .flatMap(member -> member.logText().lines())
        .filter(line -> line.contains("handed over to="))
        .count();
  }

  /** Each writes without a pause through one member, and goes to the next when that is gone. */
  private static final class Clients implements AutoCloseable {
    final AtomicLong acknowledged = new AtomicLong();
    final AtomicLong notSent = new AtomicLong();
    final AtomicLong longestPauseNanos = new AtomicLong();
    private final AtomicLong lastAckNanos = new AtomicLong(System.nanoTime());
    private final Map<String, Integer> failures = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Clients(List<String> endpoints) {
      IntStream.range(0, CLIENTS)
          .forEach(
              client ->
                  threads.add(
                      Thread.ofPlatform()
                          .name("client-" + client)
                          .start(() -> run(endpoints, client))));
    }

    private void run(List<String> endpoints, int client) {
      var channels =
          endpoints.stream()
              .map(target -> NettyChannelBuilder.forTarget(target).usePlaintext().build())
              .toList();
      int at = client % channels.size();
      for (int number = 0; !stopped; number++) {
        if (!put(channels.get(at), "rolling/" + client + "/" + number)) {
          at = (at + 1) % channels.size();
        }
        LockSupport.parkNanos(3_000_000); // three members and their clients share two cores
      }
      channels.forEach(ManagedChannel::shutdownNow);
    }

    private boolean put(ManagedChannel channel, String key) {
      var request =
          PutRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(key))
              .setValue(ByteString.copyFromUtf8("value"))
              .build();
      try {
        KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS).put(request);
        answered();
        return true;
      } catch (StatusRuntimeException e) {
        failed(e.getStatus());
        return false;
      }
    }

    private void answered() {
      acknowledged.incrementAndGet();
      long now = System.nanoTime();
      long pause = now - lastAckNanos.getAndSet(now);
      longestPauseNanos.accumulateAndGet(pause, Math::max);
    }

    /** A client may try again what was never sent, whatever it was (LR16). */
    private synchronized void failed(Status status) {
      boolean refused =
          status.getCode() == Status.Code.UNAVAILABLE
              && String.valueOf(status.getCause()).contains("Connection refused");
      if (refused) {
        notSent.incrementAndGet();
      } else {
        failures.merge(status.getCode() + " " + status.getDescription(), 1, Integer::sum);
      }
    }

    synchronized Map<String, Integer> failures() {
      return new TreeMap<>(failures);
    }

    void awaitMore(long writes) {
      long enough = acknowledged.get() + writes;
      Awaitility.await().atMost(SOON).until(() -> acknowledged.get() >= enough);
    }

    @Override
    public void close() {
      stopped = true;
      for (var thread : threads) {
        try {
          if (!thread.join(SOON.multipliedBy(2))) {
            throw new IllegalStateException(thread.getName() + " does not end");
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted", e);
        }
      }
    }
  }
}
