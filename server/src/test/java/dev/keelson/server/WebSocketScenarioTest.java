package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls of one whole member over WebSockets, as pages make them. */
@Tag("GW12")
@Timeout(180)
class WebSocketScenarioTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private TestCluster cluster;
  private String authority;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    cluster = new TestCluster(directory, 1).startAll();
    cluster.client(0).put("a", "1");
    authority = "127.0.0.1:" + cluster.clientPort(0);
  }

  @AfterEach
  void stop() {
    http.close();
    cluster.close();
  }

  private WebSocketClient open(String path, String... protocols) {
    return new WebSocketClient(http, URI.create("ws://" + authority + path), protocols);
  }

  private String post(String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + authority + path))
            .POST(BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  private static JsonObject result(JsonObject message) {
    return message.getAsJsonObject("result");
  }

  private static String value(JsonObject message) {
    var event = result(message).getAsJsonArray("events").get(0).getAsJsonObject();
    return event.getAsJsonObject("kv").get("value").getAsString();
  }

  private double watchers() throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://" + authority + "/metrics")).build();
    return http.send(request, BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith("etcd_debugging_mvcc_watcher_total"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachEventIsAMessageOfItsOwn() throws Exception {
    try (var socket = open("/v3/watch")) {
      socket.sendInParts("{\"create_request\":", "{\"key\":\"YQ==\"}}");
      assertThat(result(socket.next()).get("created").getAsBoolean()).isTrue();

      cluster.client(0).put("a", "2");
      assertThat(value(socket.next())).isEqualTo("Mg==");
      cluster.client(0).put("a", "3");
      assertThat(value(socket.next())).isEqualTo("Mw==");

      socket.send("{\"cancel_request\":{}}");
      assertThat(result(socket.next()).get("canceled").getAsBoolean()).isTrue();
    }
  }

  @Test
  void closingEndsTheCall() throws Exception {
    try (var socket = open("/v3/watch")) {
      socket.send("{\"create_request\":{\"key\":\"YQ==\"}}");
      socket.next();
      await().atMost(LONG).until(() -> watchers() == 1); // told after its creation is

      socket.leave();

      await().atMost(LONG).until(() -> watchers() == 0);
      assertThat(socket.closeCode()).isEqualTo(1000);
    }
    try (var socket = open("/v3/watch")) {
      socket.send("{\"create_request\":{\"key\":\"YQ==\"}}");
      socket.next();
    }
    await().atMost(LONG).until(() -> watchers() == 0); // without a word
  }

  @Test
  void aCallWithOneAnswerEndsWithIt() throws Exception {
    try (var socket = open("/v3/kv/range")) {
      socket.send("{\"key\":\"YQ==\"}");

      assertThat(socket.next().get("count").getAsString()).isEqualTo("1");
      assertThat(socket.closeCode()).isEqualTo(1000);
    }
  }

  @Test
  void refusalsAreMessages() throws Exception {
    try (var socket = open("/v3/kv/range")) {
      socket.send("{\"key\":");

      assertThat(socket.next().get("code").getAsInt()).isEqualTo(3);
      assertThat(socket.closeCode()).isEqualTo(1000);
    }
    try (var socket = open("/v3/nothing")) {
      socket.send("{}");

      assertThat(socket.next().get("message").getAsString()).isEqualTo("Not Found");
    }
  }

  @Test
  void otherPathsHaveNoWebSocket() {
    assertThatThrownBy(() -> open("/version"))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
  }

  @Test
  void aMessageBeyondTheLimitEndsTheConnection() throws Exception {
    try (var socket = open("/v3/kv/put")) {
      try {
        socket.send("{\"key\":\"" + "Zm9v".repeat(2 << 20) + "\"}");
      } catch (CompletionException e) {
        return; // the connection was closed while it was sent
      }
      assertThat(socket.closeCode()).isNotEqualTo(1000);
    }
  }

  @Test
  @Tag("GW10")
  void aPageBringsItsTokenAsSubProtocol() throws Exception {
    post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"secret\"}");
    post("/v3/auth/role/add", "{\"name\":\"root\"}");
    post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
    post("/v3/auth/enable", "{}");
    var login = post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"secret\"}");
    var token = JsonParser.parseString(login).getAsJsonObject().get("token").getAsString();

    try (var socket = open("/v3/kv/range", "Bearer", token)) {
      assertThat(socket.protocol()).isEqualTo("Bearer");
      socket.send("{\"key\":\"YQ==\"}");
      assertThat(socket.next().get("count").getAsString()).isEqualTo("1");
    }
    try (var socket = open("/v3/kv/range")) {
      socket.send("{\"key\":\"YQ==\"}");
      assertThat(socket.next().get("message").getAsString())
          .isEqualTo("etcdserver: user name is empty");
    }
  }
}
