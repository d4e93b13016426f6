package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Role;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class ClientPortTest {
  private final TestPort port = TestPort.start();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    http.close();
    port.close();
  }

  @Test
  void healthAndGrpcShareThePort() throws Exception {
    var health = get("/health");

    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
    assertThat(health.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
    assertServesGrpc();
  }

  @Test
  void pingsEveryFewSecondsAreWelcomeWithoutACallToo() throws Exception {
    try (var raw = new RawHttp2(port.address())) {
      var answered = new AtomicInteger();
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1_100))
          .until(() -> raw.ping() ? answered.incrementAndGet() == 5 : fail("goodbye"));
    }
  }

  @Test
  void healthNeedsALeaderUnlessToldOtherwise() throws Exception {
    port.replica.become(Role.FOLLOWER, 0);

    assertUnhealthy(get("/health"), "RAFT NO LEADER");
    assertThat(get("/health?serializable=true").statusCode()).isEqualTo(200);
  }

  @Test
  void healthNeedsAReadThroughTheQuorum() throws Exception {
    port.replica.failWith(EtcdError.TIMEOUT);

    assertUnhealthy(get("/health"), "RANGE ERROR:etcdserver: request timed out");
    assertThat(get("/health?exclude=NOSPACE&serializable=true").statusCode()).isEqualTo(200);
  }

  @Test
  void versionNamesTheApiWeKeepTo() throws Exception {
    var version = get("/version");

    assertThat(version.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(version.body())
        .isEqualTo("{\"etcdserver\":\"3.7.1\",\"etcdcluster\":\"3.7.0\",\"storage\":\"3.7.0\"}");
  }

  @Test
  void probesTellWhatIsWrong() throws Exception {
    assertThat(get("/livez").body()).isEqualTo("ok\n");
    assertThat(get("/readyz?verbose").body())
        .isEqualTo(
            """
            [+]data_corruption ok
            [+]serializable_read ok
            [+]progress ok
            [+]linearizable_read ok
            [+]non_learner ok
            ok
            """);

    port.replica.become(Role.LEARNER, 1);

    var failed = get("/readyz");
    assertThat(failed.statusCode()).isEqualTo(503);
    assertThat(failed.body()).contains("[-]non_learner failed: not supported for learner\n");
    assertThat(get("/readyz?exclude=non_learner").statusCode()).isEqualTo(200);
    assertThat(get("/readyz/non_learner").statusCode()).isEqualTo(503);
    assertThat(get("/readyz/linearizable_read").statusCode()).isEqualTo(200);
    assertThat(get("/livez/non_learner").statusCode()).isEqualTo(404);
  }

  @Test
  void otherPathsAreNotFoundAndOtherMethodsNotAllowed() throws Exception {
    assertThat(get("/v2/keys").statusCode()).isEqualTo(404);
    assertThat(get("/").body()).isEqualTo("404 page not found\n");
    var posted =
        http.send(
            request("/health").POST(HttpRequest.BodyPublishers.ofString("x")).build(),
            BodyHandlers.ofString());
    assertThat(posted.statusCode()).isEqualTo(405);
    assertThat(posted.headers().firstValue("Allow")).contains("GET");
    assertThat(posted.body()).isEqualTo("Method Not Allowed\n");
  }

  @Tag("OP31")
  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "PUT", "DELETE"})
  void healthIsForGetsAlone(String method) throws Exception {
    var answers =
        exchange(
            lines(method + " /health HTTP/1.1", "Host: x", "")
                + lines("GET /health HTTP/1.1", "Host: x", "Connection: close", ""));

    var second = answers.indexOf("HTTP/1.1 200 OK");
    assertThat(answers.substring(0, second))
        .startsWith("HTTP/1.1 405 Method Not Allowed")
        .containsIgnoringCase("allow: GET")
        .endsWith(method.equals("HEAD") ? "\r\n\r\n" : "Method Not Allowed\n");
    assertThat(answers.substring(second)).contains("{\"health\":\"true\",\"reason\":\"\"}");
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
    var answers =
        exchange(
            lines("GET /version HTTP/1.1", "Host: x", "")
                + lines("GET /health HTTP/1.1", "Host: x", "")
                + lines("GET /nowhere HTTP/1.1", "Host: x", "Connection: close", ""));

    assertThat(answers).containsSubsequence("etcdserver", "health", "404 page not found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001 looks like TLS",
        "get /health HTTP/1.1\r\n\r\n",
        "VERYLONGMETHOD /health HTTP/1.1\r\n\r\n",
        "PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n",
        "\0\0\0\0\0\0\0\0",
        "GET /health\u0007 nonsense\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nand then no frames at all, but a lot of bytes"
      })
  void garbageIsClosedAndDisturbsNobody(String garbage) throws Exception {
    exchange(garbage);

    assertServesGrpc();
    assertThat(get("/health").statusCode()).isEqualTo(200);
  }

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomBytesAreClosedAndDisturbNobody(long seed) throws Exception {
    var random = new Random(seed);
    byte[] bytes = new byte[8 + random.nextInt(5_000)];
    random.nextBytes(bytes);
    bytes[0] = (byte) (0x80 | bytes[0]);

    exchange(bytes);

    assertServesGrpc();
  }

  @Test
  void firstBytesMayComeOneByOne() throws Exception {
    try (var socket = connect()) {
      socket.setTcpNoDelay(true);
      for (byte value : ascii("GET /version HTTP/1.1\r\nConnection: close\r\n\r\n")) {
        socket.getOutputStream().write(value);
        socket.getOutputStream().flush();
      }
      assertThat(readAll(socket)).contains("3.7.1");
    }
  }

  @Test
  void silentConnectionIsClosed() throws Exception {
    try (var impatient = TestPort.startWithSniffTimeout(100);
        var socket = new Socket(impatient.address().getAddress(), impatient.address().getPort())) {
      socket.setSoTimeout(60_000);

      assertThat(readAfterOneByte(socket)).isEqualTo(-1);
    }
  }

  /**
   * Its time may be over before the byte is sent: then the connection is reset rather than over.
   */
  private static int readAfterOneByte(Socket socket) throws IOException {
    try {
      socket.getOutputStream().write('P');
      return socket.getInputStream().read();
    } catch (SocketException e) {
      return -1;
    }
  }

  @Test
  void openHttpConnectionsDoNotDelayClosing() throws Exception {
    try (var socket = connect()) {
      socket.getOutputStream().write(ascii("GET /version HTTP/1.1\r\nHost: x\r\n\r\n"));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      port.close();
      socket.getInputStream().readAllBytes();
    }
  }

  private void assertServesGrpc() {
    var kv = KVGrpc.newBlockingStub(port.channel());
    var request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();
    assertThat(kv.range(request).getHeader().getRevision()).isEqualTo(1);
  }

  private static void assertUnhealthy(HttpResponse<String> response, String reason) {
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).isEqualTo("{\"health\":\"false\",\"reason\":\"" + reason + "\"}\n");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    var address = port.address();
    return HttpRequest.newBuilder(
        URI.create(
            "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path));
  }

  private String exchange(String text) throws IOException {
    return exchange(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Everything the server says until it closes the connection. */
  private String exchange(byte[] bytes) throws IOException {
    try (var socket = connect()) {
      socket.getOutputStream().write(bytes);
      return readAll(socket);
    }
  }

  private static String readAll(Socket socket) {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // reset rather than closed: the server did not read all we sent
    }
  }

  private Socket connect() throws IOException {
    var socket = new Socket(port.address().getAddress(), port.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
