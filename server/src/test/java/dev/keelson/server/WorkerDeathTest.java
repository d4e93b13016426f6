package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.server.transport.PeerFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * No thread of a member dies alone: whichever it is, the member stops, names it, and ends with the
 * code of an internal error (OV-oom).
 */
@Tag("OV-oom")
class WorkerDeathTest {
  private static final int INTERNAL = 71;
  private static final long SOON_SECONDS = 60;

  /** Those that work from the start; what is added later is found by itself. */
  private static final List<String> KNOWN =
      List.of(
          "keelson-replica",
          "keelson-wal",
          "keelson-wal-prepare",
          "keelson-apply",
          "keelson-upkeep",
          "keelson-compact",
          "keelson-checkpoint",
          "keelson-lease",
          "keelson-watch",
          "keelson-watch-history",
          "keelson-disk",
          "keelson-autocompact",
          "keelson-publish",
          "keelson-watchdog");

  @TempDir private Path directory;

  @TestFactory
  Stream<DynamicTest> aMemberDoesNotOutliveAnyOfItsThreads() throws StartException {
    var workers = new FaultyWorkers();
    List<String> names;
    try (var member = start("names", workers)) {
      await().until(() -> workers.begun().containsAll(KNOWN));
      names = workers.begun().stream().distinct().toList();
      assertThat(member.isRunning()).isTrue();
    }
    return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> endsWithItsThread(name)));
  }

  private void endsWithItsThread(String name) throws Exception {
    var workers = new FaultyWorkers();
    var planted = new StackOverflowError("planted in " + name);
    try (var member = start(name, workers)) {
      await().until(() -> workers.begun().contains(name));

      workers.dies(name, planted);

      var stop = stopOf(member).get(SOON_SECONDS, TimeUnit.SECONDS);
      assertThat(stop.exitCode()).isEqualTo(INTERNAL);
      assertThat(stop)
          .isInstanceOfSatisfying(
              MemberStop.Failed.class,
              failed -> {
                assertThat(failed.thread()).isIn(name, "keelson-wal");
                assertThat(failed.cause()).isSameAs(planted);
              });
      assertThat(member.isRunning()).isFalse();
    }
  }

  private static CompletableFuture<MemberStop> stopOf(KeelsonServer member) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return member.awaitTermination();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** It writes to its log so much that the next segment is prepared, and compacts. */
  private KeelsonServer start(String name, FaultyWorkers workers) throws StartException {
    try (var cluster =
        new TestCluster(
            directory.resolve(name),
            1,
            "--wal-segment-bytes=1048576",
            "--auto-compaction-mode=revision",
            "--auto-compaction-retention=1")) {
      var config = cluster.config(0);
      var machine =
          Machine.shared(config, Runtime.getRuntime().maxMemory(), workers, PeerFilter.OPEN);
      var member = KeelsonServer.start(config, machine);
      var value = "x".repeat(100_000);
      for (int i = 0; i < 8; i++) {
        cluster.client(0).put("key-" + i, value);
      }
      return member;
    }
  }

  /** The process waits for the closing only so long: a part that hangs must not keep it. */
  @Test
  void howItEndsIsKnownThoughAnotherThreadHangs() throws Exception {
    var workers = new FaultyWorkers();
    var planted = new StackOverflowError("planted");
    var released = new CountDownLatch(1);
    try (var member = start("hangs", workers)) {
      workers.hangs("keelson-upkeep", released);
      workers.dies("keelson-apply", planted);

      assertThat(member.awaitStop().exitCode()).isEqualTo(INTERNAL);
      assertThat(member.awaitClosed(Duration.ofMillis(1))).isFalse();
      released.countDown();
      assertThat(member.awaitClosed(Duration.ofSeconds(SOON_SECONDS))).isTrue();
    } finally {
      released.countDown();
    }
  }
}
