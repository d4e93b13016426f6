package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.server.SoakWatcher.Wish;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A thousand watchers on twenty streams that come and go between three members, while keys are
 * written and history is compacted: what each has pieced together is exactly what happened.
 */
class WatchSoakTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int STREAMS = 20;
  private static final int WATCHERS_PER_STREAM = 50;
  private static final int KEYS = 200;
  private static final int WRITES_AT_ONCE = 16;
  private static final long WRITE_NANOS = TimeUnit.SECONDS.toNanos(10);

  @TempDir Path directory;

  static LongStream seeds() {
    return LongStream.of(Long.getLong("keelson.seed", System.nanoTime()));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("W11")
  @Tag("W24")
  @Tag("WA-order")
  @Tag("WA-unique")
  @Tag("WA-reliable")
  @Tag("WA-resume")
  @Tag("WA-bookmark")
  @Tag("WA-compact")
  @Tag("WA-prev")
  void everyClientPiecesTogetherExactlyWhatHappened(long seed) throws Exception {
    try (var cluster = new TestCluster(directory, 3).startAll()) {
      long start = cluster.client(0).put("before", "") + 1;

      new Run(cluster, new Random(seed), start).run();

      for (int member = 0; member < 3; member++) {
        int port = cluster.clientPort(member);
        await().atMost(PATIENCE).untilAsserted(() -> assertHoldsNothing(Scrape.of(port)));
      }
    }
  }

  private static void assertHoldsNothing(Scrape scrape) {
    assertThat(scrape.value("etcd_debugging_mvcc_watch_stream_total")).isZero();
    assertThat(scrape.value("etcd_debugging_mvcc_watcher_total")).isZero();
    assertThat(scrape.value("etcd_debugging_mvcc_slow_watcher_total")).isZero();
    assertThat(scrape.value("keelson_watch_slow_streams")).isZero();
    assertThat(scrape.value("keelson_watch_waiting_bytes")).isZero();
  }

  private static final class Run {
    private final TestCluster cluster;
    private final Random random;
    private final List<SoakStream> streams = new ArrayList<>();
    private final SoakHistory written = new SoakHistory();
    private long compacted;

    Run(TestCluster cluster, Random random, long start) {
      this.cluster = cluster;
      this.random = random;
      for (int i = 0; i < STREAMS; i++) {
        var watchers = new ArrayList<SoakWatcher>();
        for (int j = 0; j < WATCHERS_PER_STREAM; j++) {
          watchers.add(new SoakWatcher(anyWish(), start));
        }
        streams.add(new SoakStream(watchers));
      }
    }

    private Wish anyWish() {
      int from = random.nextInt(KEYS);
      int width = random.nextInt(100) == 0 ? KEYS : 1 + random.nextInt(20);
      int filter = random.nextInt(8);
      return new Wish(
          key(from),
          random.nextBoolean() ? "" : key(from + width),
          random.nextBoolean(),
          filter != 0,
          filter != 1);
    }

    private static String key(int number) {
      return "k%03d".formatted(number);
    }

    void run() throws Exception {
      for (var stream : streams) {
        stream.connect(anyMember());
      }
      long until = System.nanoTime() + WRITE_NANOS;
      while (System.nanoTime() - until < 0) {
        write();
        if (random.nextInt(30) == 0) {
          compact();
        }
        disturb();
      }
      compactAway(streams.getFirst());
      for (var stream : streams) {
        if (!stream.isConnected()) {
          stream.connect(anyMember());
        }
      }
      write();
      streams.forEach(SoakStream::askForProgress);
      check();
    }

    /** Even if the machine was so slow that it has happened to no stream yet. */
    private void compactAway(SoakStream stream) throws Exception {
      stream.disconnect();
      write();
      compactTo(written.lastRevision());
    }

    private TestClient anyMember() {
      return cluster.client(random.nextInt(3));
    }

    /** Streams go away in the midst of events, and stay away for a while. */
    private void disturb() throws InterruptedException {
      var stream = streams.get(random.nextInt(STREAMS));
      stream.assertHealthy();
      if (!stream.isConnected()) {
        stream.connect(anyMember());
      } else if (random.nextInt(3) == 0) {
        stream.disconnect();
      } else {
        stream.askForProgress();
      }
    }

    private void compact() {
      compactTo(written.lastRevision() - random.nextInt(300));
    }

    private void compactTo(long revision) {
      if (revision > compacted) {
        anyMember().compact(revision);
        compacted = revision;
      }
    }

    private void write() throws Exception {
      List<Answered> answers = new ArrayList<>();
      for (int i = 0; i < WRITES_AT_ONCE; i++) {
        var kv =
            KVGrpc.newFutureStub(anyMember().channel()).withDeadlineAfter(60, TimeUnit.SECONDS);
        answers.add(
            switch (random.nextInt(8)) {
              case 0, 1 -> deleted(kv, anyDelete());
              case 2 -> txn(kv);
              default -> put(kv, anyPut(random.nextInt(KEYS)));
            });
      }
      for (var answer : answers) {
        answer.await();
      }
    }

    /** An answer that is still to come, and to be noted. */
    @FunctionalInterface
    private interface Answered {
      void await() throws Exception;
    }

    private Answered put(KVGrpc.KVFutureStub kv, PutRequest request) {
      ListenableFuture<PutResponse> answer = kv.put(request);
      return () -> written.put(answer.get(60, TimeUnit.SECONDS).getHeader().getRevision(), request);
    }

    private Answered deleted(KVGrpc.KVFutureStub kv, DeleteRangeRequest request) {
      ListenableFuture<DeleteRangeResponse> answer = kv.deleteRange(request);
      return () -> {
        var response = answer.get(60, TimeUnit.SECONDS);
        written.delete(response.getHeader().getRevision(), request, response);
      };
    }

    private Answered txn(KVGrpc.KVFutureStub kv) {
      var request = TxnRequest.newBuilder();
      int first = random.nextInt(KEYS / 2);
      for (int i = 0; i < 4; i++) {
        request.addSuccess(RequestOp.newBuilder().setRequestPut(anyPut(first + i)));
      }
      request.addSuccess(
          RequestOp.newBuilder()
              .setRequestDeleteRange(delete(KEYS / 2 + first, KEYS / 2 + first + 5)));
      var built = request.build();
      ListenableFuture<TxnResponse> answer = kv.txn(built);
      return () -> written.txn(built, answer.get(60, TimeUnit.SECONDS));
    }

    private PutRequest anyPut(int number) {
      return PutRequest.newBuilder()
          .setKey(ByteString.copyFromUtf8(key(number)))
          .setValue(ByteString.copyFromUtf8("%x".formatted(random.nextLong())))
          .build();
    }

    private DeleteRangeRequest anyDelete() {
      int from = random.nextInt(KEYS);
      return delete(from, from + 1 + random.nextInt(4));
    }

    private static DeleteRangeRequest delete(int from, int to) {
      return DeleteRangeRequest.newBuilder()
          .setKey(ByteString.copyFromUtf8(key(from)))
          .setRangeEnd(ByteString.copyFromUtf8(key(to)))
          .setPrevKv(true)
          .build();
    }

    private void check() throws InterruptedException {
      var history = written.changes();
      await()
          .atMost(PATIENCE.multipliedBy(5))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> streams.stream().allMatch(stream -> stream.hasSeenAll(history)));
      await()
          .atMost(PATIENCE)
          .until(() -> streams.stream().anyMatch(stream -> stream.bookmarks() > 0));
      for (var stream : streams) {
        stream.disconnect();
        stream.assertHealthy();
      }
      assertStoreAgrees(history);
      long seen = 0;
      long wanted = 0;
      int holes = 0;
      for (var stream : streams) {
        for (var watcher : stream.watchers()) {
          watcher.assertComplete(history, compacted);
          seen += watcher.seen();
          wanted += history.stream().filter(watcher.wish()::wants).count();
          holes += watcher.holes();
        }
      }
      assertThat(seen).as("events told, a good part of all").isGreaterThan(wanted / 10);
      assertThat(holes).as("watchers that were compacted away").isPositive();
    }

    /** What was noted of the answers is what the members hold. */
    private void assertStoreAgrees(List<SoakHistory.Change> history) {
      var all =
          RangeRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("k"))
              .setRangeEnd(ByteString.copyFromUtf8("l"))
              .build();
      for (int member = 0; member < 3; member++) {
        var found = new TreeMap<String, SoakHistory.Before>();
        for (var kv : cluster.client(member).kv().range(all).getKvsList()) {
          found.put(
              kv.getKey().toStringUtf8(),
              new SoakHistory.Before(kv.getModRevision(), kv.getValue()));
        }
        assertThat(found).isEqualTo(SoakHistory.state(history));
      }
    }
  }
}
