package dev.keelson.server.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Role;
import dev.keelson.server.http.HttpPolicy;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class JsonGatewayTest {
  private final TestPort port = TestPort.start();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    http.close();
    port.close();
  }

  @Tag("GW4")
  @Test
  void whatIsPutIsRead() throws Exception {
    var put = post("/v3/kv/put", "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}");
    var range = post("/v3/kv/range", "{\"key\":\"Zm9v\"}");

    assertThat(put.statusCode()).isEqualTo(200);
    assertThat(put.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(json(put).has("prev_kv")).isFalse();
    assertThat(text(json(put).getAsJsonObject("header"), "revision")).isEqualTo("\"2\"");
    var kv = json(range).getAsJsonArray("kvs").get(0).getAsJsonObject();
    assertThat(kv.get("key").getAsString()).isEqualTo("Zm9v");
    assertThat(kv.get("value").getAsString()).isEqualTo("YmFy");
    assertThat(text(kv, "mod_revision")).isEqualTo("\"2\"");
    assertThat(kv.has("lease")).isFalse();
    assertThat(text(json(range), "count")).isEqualTo("\"1\"");
  }

  @Tag("GW2")
  @Tag("GW1")
  @ParameterizedTest
  @ValueSource(strings = {"/v3/kv/range", "/v3beta/kv/range"})
  void anAbsentKeyIsAHeaderAndNothingElse(String path) throws Exception {
    assertThat(json(post(path, "{\"key\":\"Zm9v\"}")).keySet()).containsExactly("header");
  }

  @Tag("GW6")
  @Test
  void transactionsGoThrough() throws Exception {
    var answer =
        json(
            post(
                "/v3/kv/txn",
                """
                {"compare":[{"target":"VERSION","key":"Zm9v","version":"0"}],
                 "success":[{"requestPut":{"key":"Zm9v","value":"YmFy"}}]}\
                """));

    assertThat(answer.get("succeeded").getAsBoolean()).isTrue();
    assertThat(answer.getAsJsonArray("responses").get(0).getAsJsonObject().keySet())
        .containsExactly("response_put");
  }

  @Tag("GW7")
  @Test
  void wrongMethodsAndUnknownPathsAreTold() throws Exception {
    var get = http.send(request("/v3/kv/range").build(), BodyHandlers.ofString());
    assertError(get, 501, 12, "Method Not Allowed");
    assertError(post("/v3/nope", "{}"), 404, 5, "Not Found");
    assertError(post("/v3/", ""), 404, 5, "Not Found");
    assertThat(post("/v3alpha/kv/range", "{}").body()).isEqualTo("404 page not found\n");
  }

  @Tag("GW3")
  @Tag("GW7")
  @ParameterizedTest
  @ValueSource(strings = {"{\"key\":\"%%%\"}", "{\"limit\":1.5}", "{\"key", "nonsense"})
  void malformedRequestsAreInvalidArguments(String body) throws Exception {
    var refused = post("/v3/kv/range", body);

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).get("code").getAsInt()).isEqualTo(3);
    assertThat(json(refused).has("error")).isFalse();
  }

  @Test
  void anEmptyBodyIsTheDefaultMessage() throws Exception {
    assertError(post("/v3/kv/range", ""), 400, 3, "etcdserver: key is not provided");
    assertThat(post("/v3/maintenance/status", "").statusCode()).isEqualTo(200);
  }

  @Tag("GW10")
  @Test
  void requestMetadataReachesTheGate() throws Exception {
    port.replica.become(Role.FOLLOWER, 0);

    var refused =
        http.send(
            request("/v3/kv/range")
                .header("Grpc-Metadata-hasleader", "true")
                .POST(BodyPublishers.ofString("{\"key\":\"Zm9v\",\"serializable\":true}"))
                .build(),
            BodyHandlers.ofString());

    assertError(refused, 503, 14, "etcdserver: no leader");
    assertThat(post("/v3/kv/range", "{\"key\":\"Zm9v\",\"serializable\":true}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void handlersErrorsKeepTheirTextAndGetTheirStatus() throws Exception {
    port.replica.failWith(EtcdError.TIMEOUT);

    assertError(post("/v3/kv/put", "{\"key\":\"Zm9v\"}"), 503, 14, "etcdserver: request timed out");
  }

  @Tag("GW4")
  @Test
  void statusNamesItsFieldsAsEtcdDoes() throws Exception {
    var status = json(post("/v3/maintenance/status", "{}"));

    assertThat(text(status, "dbSize")).startsWith("\"");
    assertThat(status.has("isLearner")).isFalse();
    assertThat(status.get("version").getAsString()).isEqualTo("3.7.1");
  }

  @Tag("GW4")
  @Test
  void hashesAreNumbers() throws Exception {
    var hash = json(post("/v3/maintenance/hashkv", "{\"revision\":\"1\"}"));

    assertThat(text(hash, "hash")).isEqualTo("4294967280");
  }

  @Test
  void membersAreListedUnderTheirOwnNames() throws Exception {
    var members = json(post("/v3/cluster/member/list", "")).getAsJsonArray("members");

    assertThat(members).hasSize(3);
    assertThat(members.get(2).getAsJsonObject().keySet())
        .containsExactlyInAnyOrder("ID", "peerURLs", "isLearner");
  }

  @Test
  void methodsThatAreNotBoundAreUnimplemented() throws Exception {
    assertThat(post("/v3/maintenance/downgrade", "{}").statusCode()).isEqualTo(501);
  }

  @Tag("GW13")
  @Test
  void pagesOfAnyOriginMayAsk() throws Exception {
    var preflight =
        http.send(
            request("/v3/kv/range")
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", "http://a.example")
                .build(),
            BodyHandlers.ofString());

    assertThat(preflight.statusCode()).isEqualTo(200);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(post("/v3/kv/range", "{}").headers().firstValue("Access-Control-Allow-Origin"))
        .contains("*");
  }

  @Tag("GW13")
  @Test
  void pagesOfOtherOriginsMayNotRead() throws Exception {
    var policy = new HttpPolicy(Set.of("http://a.example:80"), Set.of(HttpPolicy.ANY));
    try (var picky = TestPort.start(policy)) {
      var allowed = ask(picky, "OPTIONS", "http://a.example:80");
      var refused = ask(picky, "OPTIONS", "http://b.example:80");
      var executed = ask(picky, "POST", "http://b.example:80");

      assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("http://a.example:80");
      assertThat(allowed.headers().firstValue("Access-Control-Allow-Methods"))
          .contains("POST, GET, OPTIONS, PUT, DELETE");
      assertThat(refused.statusCode()).isEqualTo(200);
      assertThat(refused.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      assertThat(executed.statusCode()).isEqualTo(200);
      assertThat(executed.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      assertThat(executed.headers().firstValue("Vary")).contains("Origin");
    }
  }

  private HttpResponse<String> ask(TestPort target, String method, String origin) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + target.address().getPort() + "/v3/kv/range");
    var body = BodyPublishers.ofString("{\"key\":\"Zm9v\"}");
    return http.send(
        HttpRequest.newBuilder(uri).method(method, body).header("Origin", origin).build(),
        BodyHandlers.ofString());
  }

  @Tag("GW14")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a.example      | 200
          a.example:2379 | 200
          [::1]:2379     | 200
          b.example      | 421
          127.0.0.1      | 421
          a.example.evil | 421
          """)
  void hostsThatAreNotListedAreMisdirected(String host, int status) throws Exception {
    var policy = new HttpPolicy(Set.of(HttpPolicy.ANY), Set.of("a.example", "::1"));
    try (var picky = TestPort.start(policy);
        var socket = new Socket(picky.address().getAddress(), picky.address().getPort())) {
      send(socket, "GET /version HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");

      var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
      if (status == 421) {
        assertThat(answer).contains("--host-whitelist \"" + host + "\"");
      }
    }
  }

  @Test
  void bodiesBeyondTheLimitAreRefusedAndDisturbNobody() throws Exception {
    var tooLarge =
        "{\"key\":\"Zm9v\",\"value\":\""
            + Base64.getEncoder().encodeToString(new byte[5 << 19])
            + "\"}";
    try (var socket = connect()) {
      send(socket, "POST /v3/kv/put HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
      try {
        for (int i = 0; i < 20; i++) {
          send(socket, tooLarge);
        }
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("(?s).*(reset|pipe).*"); // closed by the server
      }
    }
    var refused = postUntilAnswered("/v3/kv/put", tooLarge);
    assertError(refused, 429, 8, "grpc: received message larger than max (2621450 vs. 2097152)");
    assertThat(post("/v3/kv/range", "{\"key\":\"Zm9v\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void whoSendsTooMuchIsToldSoBeforeTheConnectionGoes() throws Exception {
    var refused = postUntilAnswered("/v3/kv/put", "{\"value\":\"" + "A".repeat(16 << 20) + "\"}");

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Connection")).contains("close");
    assertThat(json(refused).get("message").getAsString())
        .matches("grpc: received message larger than max \\(\\d+ vs. 2097152\\)");
  }

  @Test
  void aBodyMayComeInChunksAndRequestsOnOneConnection() throws Exception {
    try (var socket = connect()) {
      var chunked =
          lines("POST /v3/kv/put HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", "")
              + lines("8", "{\"key\":\"", "5", "Zm9v\"", "1", "}", "0", "");
      var plain = lines("POST /v3/kv/range HTTP/1.1", "Host: x", "Content-Length: 14");
      send(socket, chunked + chunked + plain + lines("", "{\"key\":\"Zm9v\"}").stripTrailing());
      send(socket, plain + lines("Connection: close", "", "{\"key\":\"Zm9v\"}"));
      var answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

      assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(5);
      assertThat(answers).contains("\"mod_revision\":\"3\"", "\"version\":\"2\"");
    }
  }

  @Test
  void aClientThatWaitsForLeaveToSendGetsIt() throws Exception {
    try (var socket = connect()) {
      send(
          socket,
          lines(
              "POST /v3/kv/range HTTP/1.1",
              "Host: x",
              "Expect: 100-continue",
              "Connection: close",
              "Content-Length: 14",
              ""));
      byte[] leave = socket.getInputStream().readNBytes(25);
      assertThat(new String(leave, StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      send(socket, "{\"key\":\"Zm9v\"}");
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 200 OK");
    }
  }

  @Tag("GW10")
  @Test
  void aTimeoutEndsTheCall() throws Exception {
    port.replica.hold();

    var late =
        http.send(
            request("/v3/kv/put")
                .header("Grpc-Timeout", "50m")
                .POST(BodyPublishers.ofString("{\"key\":\"Zm9v\"}"))
                .build(),
            BodyHandlers.ofString());

    assertError(late, 504, 4, "context deadline exceeded");
  }

  private static void assertError(
      HttpResponse<String> response, int status, int code, String message) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(json(response).get("code").getAsInt()).isEqualTo(code);
    assertThat(json(response).get("message").getAsString()).isEqualTo(message);
  }

  private static JsonObject json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  /** A member of an object as it was written, with its quotes. */
  private static String text(JsonObject object, String name) {
    return object.get(name).toString();
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  /** The server waits a second for who still sends; on a busy machine that may be too short. */
  private HttpResponse<String> postUntilAnswered(String path, String body) {
    return await().ignoreExceptions().until(() -> post(path, body), _ -> true);
  }

  private HttpRequest.Builder request(String path) {
    var address = port.address();
    return HttpRequest.newBuilder(
        URI.create(
            "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path));
  }

  private Socket connect() throws IOException {
    var socket = new Socket(port.address().getAddress(), port.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }
}
