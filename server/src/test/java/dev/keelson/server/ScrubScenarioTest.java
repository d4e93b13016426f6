package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damage under a running member is found before it is needed, and ends that member alone. */
@Tag("1.7")
@Timeout(300)
class ScrubScenarioTest {
  private static final int VICTIM = 1;
  private static final int DAMAGED = 72;
  private static final String[] OFTEN = {"--scrub-interval=1s", "--scrub-rate-bytes=1GiB"};

  @TempDir private Path directory;

  @Test
  void aSoundMemberIsReadAgainAndAgainAndServes() throws StartException {
    try (var cluster = new TestCluster(directory, 1, OFTEN).startAll()) {
      fill(cluster);
      cluster.stop(0);
      cluster.start(0); // with what it had in memory in files

      await()
          .untilAsserted(
              () -> {
                var scrape = Scrape.of(cluster.clientPort(0));
                assertThat(scrape.value("keelson_scrub_passes_total")).isGreaterThan(2);
                assertThat(scrape.value("keelson_scrub_bytes_total")).isGreaterThan(50_000);
              });
      assertThat(cluster.client(0).get("key-7")).startsWith("value");
    }
  }

  @Test
  void aMemberWhoseLogIsDamagedStopsAndItsNextStartNamesThePlace() throws Exception {
    try (var cluster = new TestCluster(directory, 3, OFTEN).startAll()) {
      fill(cluster);
      assertThat(cluster.client(VICTIM).get("key-99")).as("it has all of it").isNotEmpty();
      var stop = stopOf(cluster.server(VICTIM));
      Path segment = first(cluster.dataDir(VICTIM).resolve("wal"), ".wal");

      flip(segment, 1_000);

      assertThat(stop.get(60, TimeUnit.SECONDS).exitCode()).isEqualTo(DAMAGED);
      othersServe(cluster);
      cluster.stop(VICTIM);
      assertThatThrownBy(() -> cluster.start(VICTIM))
          .isInstanceOfSatisfying(
              StartException.class, refused -> assertThat(refused.exitCode()).isEqualTo(DAMAGED))
          .hasMessageContaining(segment.getFileName().toString())
          .hasMessageContaining("offset");
    }
  }

  @Test
  void aMemberWhoseStoreIsDamagedStopsAndDoesNotStartOnItAgain() throws Exception {
    try (var cluster = new TestCluster(directory, 3, OFTEN).startAll()) {
      fill(cluster);
      cluster.stop(VICTIM);
      cluster.start(VICTIM);
      var stop = stopOf(cluster.server(VICTIM));
      Path table = largestTable(cluster.dataDir(VICTIM).resolve("state"));

      flip(table, 100);

      assertThat(stop.get(60, TimeUnit.SECONDS).exitCode()).isEqualTo(DAMAGED);
      othersServe(cluster);
      cluster.stop(VICTIM);
      assertThatThrownBy(() -> cluster.start(VICTIM))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(table.getFileName().toString())
          .hasMessageContaining("remove this member, delete the directory, add it again");
    }
  }

  private static void fill(TestCluster cluster) {
    for (int i = 0; i < 100; i++) {
      cluster.client(0).put("key-" + i, "value".repeat(100) + i);
    }
  }

  private static void othersServe(TestCluster cluster) {
    await().ignoreExceptions().until(() -> cluster.client(0).put("after", "1") > 0);
    assertThat(cluster.client(2).get("after")).isEqualTo("1");
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

  private static Path first(Path within, String suffix) throws IOException {
    try (var files = Files.list(within)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  private static Path largestTable(Path state) throws IOException {
    try (var files = Files.walk(state)) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1)).flip();
      channel.write(one, at);
    }
  }
}
