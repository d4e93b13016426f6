package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Role;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class StreamCallTest {
  private static final Metadata.Key<String> HAS_LEADER = key("hasleader");
  private static final Metadata.Key<String> API_VERSION = key("client-api-version");

  private final StreamCalls calls = new StreamCalls();

  @Test
  void answersFollowTheRequestsUntilTheHandlerCompletes() throws Exception {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      var client = port.open().take(100).send(1).send(2).send(3).halfClose();

      assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
      assertThat(client.received()).containsExactly(1L, 2L, 3L);
      calls.awaitEnded(1);
      await().until(() -> port.streams.count() == 0);
    }
  }

  @Test
  void nextRequestComesOnlyWhenItIsAskedFor() {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.KEEP))) {
      var client = port.open().take(100).send(1).send(2).send(3);
      await().until(() -> calls.requests.contains(1L));

      var sink = calls.sinks.getFirst();
      sink.execute(() -> sink.requestMore(1));

      await().until(() -> calls.requests.contains(2L));
      // The third is asked for by nobody: an answer goes through, and it still has not come.
      sink.execute(() -> sink.send(StreamCalls.answer(9)));
      await().until(() -> client.received().contains(9L));
      assertThat(calls.requests).containsExactly(1L, 2L);
    }
  }

  @Test
  @Tag("MEM-bound")
  void handlerHearsThatItsClientTakesNothing() {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.FLOOD))) {
      var client = port.open().send(1);
      await().until(() -> calls.stalls.get() > 0);
      await().during(Duration.ofMillis(200)).until(() -> calls.sent.get() < StreamCalls.FLOOD / 2);

      client.take(StreamCalls.FLOOD);

      await().until(() -> client.received().size() == StreamCalls.FLOOD);
      assertThat(client.received())
          .isEqualTo(LongStream.range(0, StreamCalls.FLOOD).boxed().toList());
    }
  }

  @Test
  @Tag("P1")
  void oversizedRequestEndsTheCall() throws Exception {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      var large =
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(ByteString.copyFrom(new byte[StreamPort.MAX_MESSAGE_BYTES])))
              .build();
      var end = port.open().take(1).sendRaw(large).awaitEnd();

      assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(end.getDescription())
          .isEqualTo(
              "grpc: received message larger than max (%d vs. 1000)"
                  .formatted(large.getSerializedSize()));
      calls.awaitEnded(1);
    }
  }

  @Test
  void failingHandlerEndsItsOwnCallAlone() throws Exception {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.FAIL_AT_TWO))) {
      var other = port.open().take(10).send(1);
      var failing = port.open().take(10).send(2);

      assertEnd(failing.awaitEnd(), EtcdError.INTERNAL_ERROR);
      calls.awaitEnded(1);
      other.send(5);
      await().until(() -> other.received().equals(List.of(1L, 5L)));
    }
  }

  @Test
  void cancelledCallEndsOnceAndHearsNoMore() {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      var client = port.open().take(10).send(1);
      await().until(() -> client.received().size() == 1);

      client.cancel();
      calls.awaitEnded(1);

      var ran = new AtomicInteger();
      var sink = calls.sinks.getFirst();
      sink.execute(ran::incrementAndGet);
      var next = port.open().take(10).send(2);
      await().until(() -> next.received().size() == 1);
      assertThat(ran).hasValue(0);
      assertThat(calls.ended).hasValue(1);
    }
  }

  @Test
  void handlerThatFailsWhileOpeningHearsOfTheEnd() throws Exception {
    try (var port =
        StreamPort.serving(
            sink -> {
              sink.fail(EtcdError.NOT_LEADER);
              return calls.receiver(sink, StreamCalls.Manner.ECHO);
            })) {
      assertEnd(port.open().take(1).awaitEnd(), EtcdError.NOT_LEADER);
      calls.awaitEnded(1);
    }
  }

  @Test
  @Tag("P2")
  void gateIsAskedBeforeTheHandler() throws Exception {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      port.status = FakeReplica.status(Role.LEARNER, FakeReplica.MEMBER);
      assertEnd(port.open().take(1).awaitEnd(), EtcdError.NOT_SUPPORTED_FOR_LEARNER);

      port.status = FakeReplica.status(Role.FOLLOWER, 0);
      assertEnd(port.open(with(HAS_LEADER, "true")).awaitEnd(), EtcdError.NO_LEADER);
      var plain = port.open(with(API_VERSION, "3.7")).take(1).send(4);
      await().until(() -> plain.received().contains(4L));
      assertThat(calls.sinks).hasSize(1);
    }
  }

  @Test
  @Tag("W20")
  void streamThatNeedsALeaderEndsAfterThreeElectionTimeoutsWithoutOne() throws Exception {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      var needing = port.open(with(HAS_LEADER, "true")).take(10).send(1);
      var plain = port.open().take(10).send(1);
      await().until(() -> needing.received().size() + plain.received().size() == 2);
      port.streams.look();

      port.status = FakeReplica.status(Role.FOLLOWER, 0);
      port.passSeconds(2);
      port.streams.look();
      port.status = FakeReplica.status(Role.FOLLOWER, FakeReplica.MEMBER);
      port.streams.look(); // a leader again: counted anew
      port.status = FakeReplica.status(Role.FOLLOWER, 0);
      port.passSeconds(2);
      port.streams.look();
      needing.send(2);
      await().until(() -> needing.received().size() == 2);
      port.passSeconds(1);
      port.streams.look();

      assertEnd(needing.awaitEnd(), EtcdError.NO_LEADER);
      plain.send(3);
      await().until(() -> plain.received().contains(3L));
    }
  }

  @Test
  void closingPortTellsEveryClient() throws Exception {
    try (var port = StreamPort.serving(calls.handler(StreamCalls.Manner.ECHO))) {
      var client = port.open().take(10).send(1);
      await().until(() -> client.received().size() == 1);

      port.streams.endAll();

      assertEnd(client.awaitEnd(), EtcdError.STOPPED);
      calls.awaitEnded(1);
    }
  }

  @Test
  @Tag("MEM-bound")
  void streamsPastTheBudgetAreRefusedUntilOthersEnd() throws Exception {
    var budget = new CallBudget(1, 1 << 20, 1 << 20, 1);
    try (var port = new StreamPort(budget, calls.handler(StreamCalls.Manner.ECHO))) {
      var first = port.open().take(10).send(1);
      await().until(() -> first.received().size() == 1);

      assertEnd(port.open().take(1).awaitEnd(), EtcdError.REQUEST_TOO_MANY_REQUESTS);
      first.cancel();
      calls.awaitEnded(1);

      var next = port.open().take(10).send(2);
      await().until(() -> next.received().size() == 1);
    }
  }

  private static void assertEnd(Status status, EtcdError error) {
    assertThat(status.getDescription()).isEqualTo(error.message());
    assertThat(status.getCode().value()).isEqualTo(error.code().number());
  }

  private static Metadata with(Metadata.Key<String> key, String value) {
    var headers = new Metadata();
    headers.put(key, value);
    return headers;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
