package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.UncheckedExecutionException;
import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two of three members gone: what still answers, what does not, with which error and when. */
class NoQuorumTest {
  private static final Keys KEYS = new Keys(ByteString.copyFromUtf8("quorum/"));

  /** The server's own limit is 7 s (5 s and two election timeouts). */
  private static final Duration AT_LEAST = Duration.ofSeconds(3);

  /** A bound for hangs, far beyond that limit. */
  private static final int HANGS_SECONDS = 60;

  /** How one call ended. */
  private record Ending(Status status, Duration after) {}

  @ParameterizedTest(name = "the survivor was the leader: {0}")
  @ValueSource(booleans = {true, false})
  @Tag("62")
  @Tag("65")
  @Tag("139")
  @Tag("140")
  @Tag("276")
  @Tag("277")
  void aMemberWithoutQuorumAnswersWhatItCanAndRefusesTheRestInTime(boolean leaderSurvives) {
    Clusters.with(
        3,
        cluster -> {
          MemberProcess survivor =
              leaderSurvives ? Clusters.awaitLeader(cluster) : Clusters.follower(cluster);
          try (Store store = Store.connect(survivor.endpoint())) {
            put(store, "1");
            cluster.members().stream().filter(m -> !m.equals(survivor)).forEach(m -> m.kill());
            awaitNoLeader(store);

            localCallsAnswer(store);
            quorumCallsFailInTime(store);

            cluster.startAll();
            Clusters.awaitLeader(cluster);
            assertThat(value(store)).isEqualTo("1");
            put(store, "2");
            assertThat(value(store)).isEqualTo("2");
            StoreCheck.hashesAgree(cluster);
          }
        });
  }

  /** The member stops before the others write on, and starts again when they are gone. */
  @Test
  @Tag("278")
  void aMemberCutOffShowsItsOwnPast() {
    Assumptions.assumeThat(Programs.isEtcd())
        .as("an etcd without quorum does not open its client port after a start")
        .isFalse();
    Clusters.with(
        3,
        cluster -> {
          MemberProcess late = cluster.member(0);
          long seen;
          try (Store other = Store.connect(cluster.member(1).endpoint());
              Store own = Store.connect(late.endpoint())) {
            put(other, "old");
            seen = Clusters.answered(own::revision);
            assertThat(value(own)).isEqualTo("old");
            late.stop();
            put(other, "new");
          }
          cluster.member(1).kill();
          cluster.member(2).kill();
          late.start();
          try (Store own = Store.connect(late.endpoint())) {
            // It may be asked before it has applied again what it knows to be committed.
            RangeResponse found =
                await()
                    .atMost(ProcessCluster.STARTS_WITHIN)
                    .ignoreException(StatusRuntimeException.class)
                    .until(
                        () -> own.range(KEYS.get("a").setSerializable(true)),
                        answer -> answer.getHeader().getRevision() >= seen);
            assertThat(found.getKvs(0).getValue().toStringUtf8()).isEqualTo("old");
          }
        });
  }

  private static void put(Store store, String value) {
    var stored = Clusters.answered(() -> store.put(KEYS.put("a", value)));
    assertThat(stored.getHeader().getRevision()).isPositive();
  }

  private static String value(Store store) {
    return Clusters.answered(() -> store.valueOf(KEYS.at("a")));
  }

  private static void awaitNoLeader(Store store) {
    // What was under way when the leader went ends in its own way: not that counts.
    await()
        .atMost(Clusters.PATIENCE)
        .until(
            () -> statusOf(() -> withLeader(store).range(get())).getDescription(),
            EtcdError.NO_LEADER.message()::equals);
    // 65: with this text, and at once: while a read that asks for no leader still waits for one.
    ListenableFuture<RangeResponse> content = stub(store).range(get());
    Status refused = statusOf(() -> withLeader(store).range(get()));
    assertThat(content.isDone()).isFalse();
    assertThat(content.cancel(true)).isTrue();
    assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refused.getDescription()).isEqualTo(EtcdError.NO_LEADER.message());
  }

  private static void localCallsAnswer(Store store) {
    RangeResponse local = store.range(KEYS.get("a").setSerializable(true));
    assertThat(local.getKvs(0).getValue().toStringUtf8()).isEqualTo("1");

    // 139: reads that are all serializable, and a txn that reads nothing at all.
    TxnResponse reads =
        store.txn(
            new Txn()
                .then(Txn.op(KEYS.get("a").setSerializable(true)))
                .otherwise(Txn.op(KEYS.get("b").setSerializable(true))));
    assertThat(reads.getResponses(0).getResponseRange().getCount()).isEqualTo(1);
    assertThat(store.txn(new Txn()).getSucceeded()).isTrue();
    assertThat(store.status().getErrorsList()).contains(EtcdError.NO_LEADER.message());
  }

  private static void quorumCallsFailInTime(Store store) {
    CompletableFuture<Ending> range = ending(stub(store).range(get()));
    CompletableFuture<Ending> nested =
        ending(
            stub(store)
                .txn(
                    new Txn()
                        .then(Txn.op(new Txn().then(Txn.op(KEYS.get("a").setSerializable(true)))))
                        .request()));
    CompletableFuture<Ending> put = ending(stub(store).put(KEYS.put("b", "lost").build()));
    CompletableFuture<Ending> impatient =
        ending(
            stub(store)
                .withDeadlineAfter(2, TimeUnit.SECONDS)
                .put(KEYS.put("b", "impatient").build()));

    Ending hurried = impatient.join();
    assertThat(hurried.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);

    // The limits of the others are not its own.
    assertIsReadTimeout(range.join());
    for (Ending write : List.of(nested.join(), put.join())) {
      assertThat(write.after()).isGreaterThan(AT_LEAST);
      assertIsWriteTimeout(write.status());
    }
    // Only now: an etcd 3.4 lets a read that meets another wait for the next round.
    assertIsReadTimeout(
        ending(
                stub(store)
                    .txn(
                        new Txn()
                            .then(
                                Txn.op(KEYS.get("a").setSerializable(true)), Txn.op(KEYS.get("b")))
                            .request()))
            .join());
  }

  private static void assertIsReadTimeout(Ending read) {
    assertThat(read.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(read.status().getDescription()).isEqualTo(EtcdError.TIMEOUT.message());
    assertThat(read.after()).isGreaterThan(AT_LEAST);
  }

  /** 276: the deadline's text, or a timeout's where the loss is fresh. */
  private static void assertIsWriteTimeout(Status status) {
    if (status.getCode() == Status.Code.UNAVAILABLE) {
      assertThat(status.getDescription()).startsWith(EtcdError.TIMEOUT.message());
      return;
    }
    assertThat(status.getDescription()).isEqualTo(EtcdError.DEADLINE_EXCEEDED.message());
    // Appendix B, 10: etcd 3.4 sends this text as UNKNOWN.
    assertThat(status.getCode())
        .isEqualTo(Programs.isEtcd() ? Status.Code.UNKNOWN : Status.Code.DEADLINE_EXCEEDED);
  }

  private static CompletableFuture<Ending> ending(ListenableFuture<?> call) {
    long start = System.nanoTime();
    var ending = new CompletableFuture<Ending>();
    call.addListener(
        () ->
            ending.complete(
                new Ending(
                    statusOf(() -> Futures.getUnchecked(call)),
                    Duration.ofNanos(System.nanoTime() - start))),
        Runnable::run);
    return ending.orTimeout(HANGS_SECONDS, TimeUnit.SECONDS);
  }

  private static Status statusOf(Runnable call) {
    try {
      call.run();
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    } catch (UncheckedExecutionException e) {
      return Status.fromThrowable(e);
    }
  }

  private static KVGrpc.KVFutureStub stub(Store store) {
    return KVGrpc.newFutureStub(store.channel()).withDeadlineAfter(HANGS_SECONDS, TimeUnit.SECONDS);
  }

  private static KVGrpc.KVBlockingStub withLeader(Store store) {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    return KVGrpc.newBlockingStub(store.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .withDeadlineAfter(HANGS_SECONDS, TimeUnit.SECONDS);
  }

  private static RangeRequest get() {
    return KEYS.get("a").build();
  }
}
