package dev.keelson.server.rpc;

import static dev.keelson.server.rpc.KvServiceTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RangeStreamResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.server.apply.WireBytes;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class RangeStreamTest {
  private final TestPort port = TestPort.start();
  private final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(port.channel());

  @AfterEach
  void close() {
    port.close();
    await().until(() -> port.store.openViews() == 0);
  }

  private void fill(int keys, int valueBytes) {
    for (int i = 0; i < keys; i++) {
      put("k%04d".formatted(i), valueBytes);
    }
  }

  private void put(String key, int valueBytes) {
    port.store.put(WireBytes.of(ByteString.copyFromUtf8(key)), Bytes.wrap(new byte[valueBytes]), 0);
  }

  private static RangeRequest.Builder all() {
    return RangeRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("a"))
        .setRangeEnd(ByteString.copyFrom(new byte[1]));
  }

  private List<RangeResponse> stream(RangeRequest.Builder request) {
    var messages = new ArrayList<RangeResponse>();
    kv.rangeStream(request.build())
        .forEachRemaining(message -> messages.add(message.getRangeResponse()));
    return messages;
  }

  private static RangeResponse merged(List<RangeResponse> messages) {
    var whole = RangeResponse.newBuilder();
    messages.forEach(whole::mergeFrom);
    return whole.build();
  }

  @Test
  @Tag("R20")
  @Tag("case-66")
  @Tag("case-67")
  void thePiecesMakeUpTheRangeAndOnlyTheLastTellsOfIt() {
    fill(1_000, 10);

    var messages = stream(all());

    assertThat(messages).hasSizeBetween(2, 20);
    assertThat(merged(messages)).isEqualTo(kv.range(all().build()));
    for (var message : messages.subList(0, messages.size() - 1)) {
      assertThat(message.hasHeader() || message.getMore() || message.getCount() > 0).isFalse();
      assertThat(message.getKvsCount()).isPositive();
    }
    assertThat(port.replica.barriers()).as("one for each of the two reads").isEqualTo(2);
  }

  @Test
  @Tag("R23")
  @Tag("case-68")
  @Tag("case-69")
  @Tag("case-70")
  void aLimitCutsAndTheRestIsCounted() {
    fill(25, 10);

    for (int limit : new int[] {1, 5, 10, 11, 24, 25, 26, 100}) {
      var whole = merged(stream(all().setLimit(limit)));
      assertThat(whole).as("limit %d", limit).isEqualTo(kv.range(all().setLimit(limit).build()));
    }
    assertThat(merged(stream(all().setLimit(-3))).getKvsCount()).isEqualTo(25);
  }

  @Test
  @Tag("R24")
  @Tag("case-71")
  @Tag("case-72")
  @Tag("case-288")
  void whatNeedsNoMoreThanOneMessageIsOne() {
    fill(25, 10);

    var count = stream(all().setCountOnly(true).setLimit(1));
    assertThat(count).hasSize(1);
    assertThat(count.getFirst().getCount()).isEqualTo(25);
    assertThat(count.getFirst().getHeader().getRevision()).isEqualTo(26);
    var nothing = stream(all().setKey(ByteString.copyFromUtf8("z")));
    assertThat(nothing).hasSize(1);
    assertThat(nothing.getFirst().hasHeader()).isTrue();
    var single = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k0003"));
    assertThat(stream(single)).hasSize(1).first().extracting(RangeResponse::getCount).isEqualTo(1L);
    assertThat(stream(single.setKey(ByteString.copyFromUtf8("absent")))).hasSize(1);
  }

  @Test
  @Tag("R19")
  @Tag("case-75")
  @Tag("case-76")
  @Tag("case-77")
  @Tag("case-78")
  void whatCannotBeStreamedIsRefused() {
    fill(3, 1);

    assertError(
        EtcdError.RANGE_STREAM_SORT,
        () -> stream(all().setSortOrder(RangeRequest.SortOrder.DESCEND)));
    assertError(
        EtcdError.RANGE_STREAM_SORT,
        () ->
            stream(
                all()
                    .setSortOrder(RangeRequest.SortOrder.ASCEND)
                    .setSortTarget(RangeRequest.SortTarget.MOD)));
    assertError(EtcdError.RANGE_STREAM_FILTER, () -> stream(all().setMinModRevision(1)));
    assertError(EtcdError.EMPTY_KEY, () -> stream(RangeRequest.newBuilder()));
    assertError(EtcdError.FUTURE_REV, () -> stream(all().setRevision(99)));
    assertThat(stream(all().setSortOrder(RangeRequest.SortOrder.ASCEND))).hasSize(1);
    assertThat(stream(all().setSortTarget(RangeRequest.SortTarget.VALUE)).getFirst().getKvsCount())
        .isEqualTo(3);
  }

  @Test
  @Tag("R21")
  @Tag("R22")
  @Tag("case-73")
  @Tag("case-74")
  @Tag("MEM-bound")
  void aSlowClientSeesOneRevisionOrHearsOfTheCompactionAndHoldsLittle() {
    fill(400, 100_000);
    var pinned = new Reader(all().setRevision(-1).build());
    var compacted = new Reader(all().build());
    await().until(() -> pinned.received.size() == 1 && compacted.received.size() == 1);
    for (int i = 0; i < 400; i++) {
      put("k%04d".formatted(i), 1);
    }
    pinned.call.get().request(Integer.MAX_VALUE);
    await().until(() -> pinned.done);

    assertThat(pinned.failure.get()).isNull();
    var whole = pinned.merged();
    assertThat(whole.getHeader().getRevision()).isEqualTo(401);
    assertThat(whole.getCount()).isEqualTo(400);
    assertThat(whole.getKvsList())
        .allSatisfy(one -> assertThat(one.getValue().size()).isEqualTo(100_000));

    port.store.compact(500);
    compacted.call.get().request(Integer.MAX_VALUE);
    await().until(() -> compacted.done);
    assertError(
        EtcdError.COMPACTED,
        () -> {
          throw compacted.failure.get();
        });
    // Nobody asked for more while the other one read all of its 40 MB.
    assertThat(compacted.merged().getKvsCount()).isBetween(1, 150);
  }

  @Test
  void aClientThatGoesLeavesNothingBehind() {
    fill(400, 100_000);
    var reader = new Reader(all().build());
    await().until(() -> reader.received.size() == 1);

    reader.call.get().cancel("enough", null);

    await().until(() -> port.store.openViews() == 0);
    assertThat(merged(stream(all().setKeysOnly(true))).getKvsCount()).isEqualTo(400);
  }

  /** A client that takes one message and asks for more only when told. */
  private final class Reader implements ClientResponseObserver<RangeRequest, RangeStreamResponse> {
    final ConcurrentLinkedQueue<RangeResponse> received = new ConcurrentLinkedQueue<>();
    final AtomicReference<ClientCallStreamObserver<RangeRequest>> call = new AtomicReference<>();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    volatile boolean done;

    Reader(RangeRequest request) {
      KVGrpc.newStub(port.channel()).rangeStream(request, this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<RangeRequest> stream) {
      stream.disableAutoRequestWithInitial(1);
      call.set(stream);
    }

    @Override
    public void onNext(RangeStreamResponse message) {
      received.add(message.getRangeResponse());
    }

    @Override
    public void onError(Throwable cause) {
      failure.set(cause);
      done = true;
    }

    @Override
    public void onCompleted() {
      done = true;
    }

    RangeResponse merged() {
      return RangeStreamTest.merged(List.copyOf(received));
    }
  }
}
