package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member one of whose threads hangs says so wherever somebody looks, and goes on after it. */
@Tag("OV-oom")
class StandstillScenarioTest {
  @TempDir private Path directory;

  private final HangingDisk disk = new HangingDisk();

  @Test
  void aMemberWhoseLogHangsIsNotReadyUntilItGoesOn() throws Exception {
    try (var cluster = new TestCluster(directory, 1, "--election-timeout=1000")) {
      cluster.start(0, machine(cluster));
      cluster.client(0).put("before", "1");
      int port = cluster.clientPort(0);
      await().untilAsserted(() -> assertThat(get(port, "/readyz").statusCode()).isEqualTo(200));
      try {
        disk.hang();
        var write = CompletableFuture.runAsync(() -> cluster.client(0).put("during", "1"));

        await()
            .untilAsserted(
                () ->
                    assertThat(get(port, "/readyz/progress").body())
                        .contains("[-]progress failed: no progress: keelson-wal for "));
        assertIsTold(port);
        assertThat(cluster.server(0).isRunning()).as("it waits for its disk").isTrue();
        assertThat(write.isDone() && !write.isCompletedExceptionally())
            .as("nothing is acknowledged that is not durable")
            .isFalse();
      } finally {
        disk.goOn();
      }

      await().untilAsserted(() -> assertThat(get(port, "/readyz").statusCode()).isEqualTo(200));
      assertThat(Scrape.of(port).value("keelson_stalled_workers{kind=\"core\"}")).isZero();
      assertThat(cluster.client(0).get("before")).isEqualTo("1");
    }
  }

  private static void assertIsTold(int port) throws Exception {
    var health = get(port, "/health");
    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(health.body()).contains("\"reason\":\"no progress: keelson-wal for ");
    assertThat(get(port, "/livez").statusCode()).as("no restart helps a disk").isEqualTo(200);
    var scrape = Scrape.of(port);
    assertThat(scrape.value("keelson_stalled_workers{kind=\"core\"}")).isEqualTo(1);
    assertThat(scrape.value("keelson_stalled_workers{kind=\"background\"}")).isZero();
  }

  private Machine machine(TestCluster cluster) {
    return disk.machine(cluster.config(0));
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var uri = URI.create("http://127.0.0.1:" + port + path);
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }
}
