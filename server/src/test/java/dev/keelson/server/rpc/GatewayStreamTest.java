package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Role;
import dev.keelson.server.http.JsonStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams through the gateway, to a handler that is what the test says. */
@Timeout(180)
class GatewayStreamTest {
  private final StreamCalls calls = new StreamCalls();

  private static String request(long number) {
    return "{\"cancel_request\":{\"watch_id\":%d}}".formatted(number);
  }

  private static long number(JsonStream client) throws IOException {
    var result = client.result();
    return result.has("watch_id") ? Long.parseLong(result.get("watch_id").getAsString()) : 0;
  }

  @Test
  @Tag("GW8")
  void oneBodyHoldsManyRequestsHoweverItIsCut() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.ECHO));
        var client = port.open()) {
      client.send(request(1) + "{\"cancelReq").send("uest\":{\"watchId\":\"2\",\"{\":\"}\\\"{\"");
      client.send("}}\r\n\t ").send(request(3)).end();

      assertThat(client.status()).isEqualTo(200);
      assertThat(number(client)).isEqualTo(1);
      assertThat(number(client)).isEqualTo(2);
      assertThat(number(client)).isEqualTo(3);
      assertThat(client.isOver()).isTrue();
      calls.awaitEnded(1);
      await().until(() -> port.streams.count() == 0);
      await().until(() -> port.admission.inboundBytes() == 0);
    }
  }

  @Test
  void theNextRequestComesOnlyWhenItIsAskedFor() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.KEEP));
        var client = port.open()) {
      client.send(request(1) + request(2)).send(request(3));
      await().until(() -> calls.requests.contains(1L));

      var sink = calls.sinks.getFirst();
      sink.execute(() -> sink.requestMore(1));

      await().until(() -> calls.requests.contains(2L));
      sink.execute(() -> sink.send(WatchResponse.newBuilder().setWatchId(9).build()));
      assertThat(number(client)).isEqualTo(9);
      assertThat(calls.requests).containsExactly(1L, 2L);
    }
  }

  @Test
  @Tag("MEM-bound")
  void aClientThatPushesUnaskedIsHeldBack() throws Exception {
    int pushes = 2_000;
    var part = ("{\"unknown\":\"" + "x".repeat(1_000) + "\"}").repeat(32);
    var pushed = new AtomicLong();
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.KEEP))) {
      var client = port.open();
      var pusher =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (pushed.get() < pushes) {
                        client.send(part);
                        pushed.incrementAndGet();
                      }
                    } catch (IOException e) {
                      return; // closed below, while it waits for room
                    }
                  });

      await().until(() -> calls.requests.size() == 1);
      var before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(200))
          .until(() -> before.getAndSet(pushed.get()) == pushed.get());
      assertThat(pushed.get()).isLessThan(pushes / 2);
      await().until(() -> port.admission.inboundBytes() > 0);
      assertThat(port.admission.inboundBytes()).isLessThan(256 << 10);
      assertThat(calls.requests).hasSize(1);

      client.close();
      pusher.join();
      // That it has gone is behind what it sent.
      var sink = calls.sinks.getFirst();
      sink.execute(() -> sink.requestMore(Integer.MAX_VALUE));
      calls.awaitEnded(1);
      await().until(() -> port.admission.inboundBytes() == 0);
    }
  }

  @Test
  @Tag("MEM-bound")
  void aClientThatTakesNothingIsWaitedFor() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.FLOOD));
        var client = port.open()) {
      client.send(request(1));
      await().until(() -> calls.stalls.get() > 0);
      await().during(Duration.ofMillis(200)).until(() -> calls.sent.get() < StreamCalls.FLOOD / 2);

      for (long expected = 0; expected < StreamCalls.FLOOD; expected++) {
        assertThat(number(client)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aClientThatGoesAwayEndsItsCall() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      try (var client = port.open()) {
        client.send(request(1) + "{\"half");
        assertThat(number(client)).isEqualTo(1);
        await().until(() -> port.admission.inboundBytes() == "{\"half".length());
      }
      calls.awaitEnded(1);
      await().until(() -> port.streams.count() == 0);
      await().until(() -> port.admission.inboundBytes() == 0);
    }
  }

  @Test
  @Tag("GW8")
  @Tag("GW10")
  void whatIsRefusedAtOnceIsAnAnswerLikeAnyOther() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      port.status = FakeReplica.status(Role.FOLLOWER, 0);
      try (var client = port.open("Grpc-Metadata-hasleader: true")) {
        client.send(request(1));

        assertThat(client.status()).isEqualTo(503);
        var error = client.next();
        assertThat(error.get("code").getAsInt()).isEqualTo(14);
        assertThat(error.get("message").getAsString()).isEqualTo(EtcdError.NO_LEADER.message());
        assertThat(client.isOver()).isTrue();
      }
      assertThat(calls.sinks).isEmpty();
    }
  }

  private static void assertLastLine(JsonStream client, int code, String message)
      throws IOException {
    var line = client.next();
    assertThat(line.keySet()).containsExactly("error");
    var error = line.getAsJsonObject("error");
    assertThat(error.get("code").getAsInt()).isEqualTo(code);
    assertThat(error.get("message").getAsString()).isEqualTo(message);
    assertThat(client.isOver()).isTrue();
  }

  @Test
  @Tag("GW8")
  void aFailureAfterTheFirstAnswerIsTheLastLine() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.FAIL_AT_TWO));
        var client = port.open()) {
      client.send(request(1));
      assertThat(number(client)).isEqualTo(1);
      client.send(request(2) + "{\"half");

      var error = EtcdError.INTERNAL_ERROR;
      assertLastLine(client, error.code().number(), error.message());
      calls.awaitEnded(1);
      await().until(() -> port.admission.inboundBytes() == 0);
    }
  }

  @Test
  @Tag("GW10")
  void aTimeoutEndsAStreamToo() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      int millis = 300;
      while (!wasAnsweredWithin(millis, port)) { // a busy machine may need longer for that
        millis *= 2;
        assertThat(millis).isLessThan(60_000);
      }
    }
  }

  /** False if the time was over before the answer had come. */
  private static boolean wasAnsweredWithin(int millis, GatewayPort port) throws IOException {
    try (var client = port.open("Grpc-Timeout: " + millis + "m")) {
      client.send(request(1));
      if (client.status() != 200) {
        assertThat(client.status()).isEqualTo(504);
        return false;
      }
      assertThat(number(client)).isEqualTo(1);
      assertLastLine(client, 4, "context deadline exceeded");
      await().until(() -> port.streams.count() == 0);
      return true;
    }
  }

  @Test
  void whatIsNoObjectEndsTheSendingSide() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.ECHO));
        var client = port.open()) {
      client.send(request(1) + "nonsense" + request(2));

      assertThat(number(client)).isEqualTo(1);
      assertThat(client.isOver()).isTrue();
    }
  }

  @Test
  @Tag("P1")
  void requestsThatAreTooLargeEndTheCall() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      var bytes = Base64.getEncoder().encodeToString(new byte[GatewayPort.MAX_MESSAGE_BYTES]);
      for (var body :
          new String[] {
            "{\"create_request\":{\"key\":\"" + bytes + "\"}}",
            "{\"x\":\"" + "x".repeat(3 * GatewayPort.MAX_MESSAGE_BYTES)
          }) {
        try (var client = port.open()) {
          client.send(body);

          assertThat(client.status()).isEqualTo(429);
          assertThat(client.next().get("message").getAsString())
              .matches("grpc: received message larger than max \\(\\d+ vs. 1000\\)");
        }
      }
      calls.awaitEnded(2);
      await().until(() -> port.admission.inboundBytes() == 0);
    }
  }

  @Test
  void aPortThatClosesTellsEveryClient() throws Exception {
    try (var port = GatewayPort.serving(calls.handler(StreamCalls.Manner.ECHO));
        var client = port.open()) {
      client.send(request(1));
      assertThat(number(client)).isEqualTo(1);

      port.streams.endAll();

      assertLastLine(client, EtcdError.STOPPED.code().number(), EtcdError.STOPPED.message());
      calls.awaitEnded(1);
    }
  }
}
