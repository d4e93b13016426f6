package dev.keelson.server.rpc;

import static dev.keelson.server.rpc.KvServiceTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.status.EtcdError;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class OverloadTest {
  @Test
  @Tag("OV-shed")
  void callsPastTheBudgetAreRefusedUntilOthersEnd() {
    try (var port = TestPort.start(new CallBudget(2, 1 << 20, 1 << 20, 10))) {
      port.replica.hold();
      var kv = KVGrpc.newBlockingStub(port.channel());
      var async = KVGrpc.newFutureStub(port.channel());
      var first = async.put(put(10));
      var second = async.range(get("a"));
      await().until(() -> port.replica.held() == 2);

      assertError(EtcdError.REQUEST_TOO_MANY_REQUESTS, () -> kv.put(put(10)));
      assertThat(port.replica.proposals()).isEqualTo(1);
      port.replica.release();

      await().until(() -> first.isDone() && second.isDone());
      // What they held is given back when their answers are written, perhaps after they are read.
      await()
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(kv.put(put(10)).getHeader().getRevision()).isEqualTo(3));
    }
  }

  @Test
  @Tag("MEM-bound")
  void bytesPastTheBudgetAreRefusedUntilOthersEnd() {
    try (var port = TestPort.start(new CallBudget(100, 100_000, 1 << 20, 10))) {
      port.replica.hold();
      var kv = KVGrpc.newBlockingStub(port.channel());
      var large = KVGrpc.newFutureStub(port.channel()).put(put(80_000));
      await().until(() -> port.replica.held() == 1);

      assertError(EtcdError.REQUEST_TOO_MANY_REQUESTS, () -> kv.put(put(80_000)));
      port.replica.release();
      await().until(large::isDone);

      await().ignoreExceptions().untilAsserted(() -> kv.put(put(80_000)));
    }
  }

  @Test
  @Tag("MEM-bound")
  void cancelledCallsGiveTheirShareBack() {
    try (var port = TestPort.start(new CallBudget(1, 1 << 20, 1 << 20, 10))) {
      port.replica.hold();
      var abandoned = KVGrpc.newFutureStub(port.channel()).put(put(10));
      await().until(() -> port.replica.held() == 1);
      abandoned.cancel(true);
      port.replica.release();

      var kv = KVGrpc.newBlockingStub(port.channel());
      await().ignoreExceptions().untilAsserted(() -> kv.put(put(10)));
    }
  }

  @Test
  @Tag("MEM-bound")
  void answersThatNobodyTakesAreBounded() {
    try (var port = TestPort.start(new CallBudget(1_000, 64 << 20, 1 << 20, 10))) {
      var kv = KVGrpc.newBlockingStub(port.channel());
      kv.put(put(1_000_000));
      var wide =
          RangeRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("a"))
              .setRangeEnd(ByteString.copyFrom(new byte[1]))
              .build();
      var idle = new ArrayList<IdleReader>();
      // More of them until the client library's windows, which grow, have no room for an answer.
      await()
          .untilAsserted(
              () -> {
                var reader = new IdleReader(port.channel(), 40);
                idle.add(reader);
                reader.send(wide);
                assertError(EtcdError.REQUEST_TOO_MANY_REQUESTS, () -> kv.range(wide));
              });
      idle.forEach(IdleReader::cancel);
      await()
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(kv.range(wide).getCount()).isEqualTo(1));
    }
  }

  @Test
  @Tag("MEM-bound")
  void partsOfMessagesAreBounded() throws Exception {
    try (var port = TestPort.start(new CallBudget(100, 100_000, 1 << 20, 10))) {
      var kv = KVGrpc.newBlockingStub(port.channel());
      try (var raw = new RawHttp2(port.address())) {
        for (int i = 0; i < 6; i++) {
          raw.beginPut(1_000_000, 16_000);
        }
        raw.beginPut(1_000_000, 16_000);

        assertThat(raw.awaitTrailers()).contains("etcdserver: too many requests");
        kv.put(put(10));
        assertError(EtcdError.REQUEST_TOO_MANY_REQUESTS, () -> kv.put(put(10_000)));
      }
      await().ignoreExceptions().untilAsserted(() -> kv.put(put(99_000)));
    }
  }

  @Test
  @Tag("P1")
  void oversizedMessageIsRefusedByWhatItAnnounces() throws Exception {
    try (var port = TestPort.start();
        var raw = new RawHttp2(port.address())) {
      int stream = raw.beginPut(2_000_000_000, 0);

      assertThat(raw.awaitTrailers())
          .contains("grpc: received message larger than max (2000000000 vs. 2097152)");
      raw.send(stream, new byte[16_000]); // on its way already when the refusal was written
      raw.endStream(stream);

      raw.beginPut(2_000_000_001, 0);
      assertThat(raw.awaitTrailers()).contains("2000000001");
    }
  }

  private static PutRequest put(int bytes) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("a"))
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  private static RangeRequest get(String key) {
    return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }
}
