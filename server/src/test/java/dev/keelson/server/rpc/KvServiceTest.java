package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Role;
import dev.keelson.storage.mvcc.engine.EngineException;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class KvServiceTest {
  private final TestPort port = TestPort.start();
  private final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(port.channel());

  @AfterEach
  void close() {
    port.close();
    await().until(() -> port.store.openViews() == 0);
  }

  @Test
  @Tag("M1")
  @Tag("case-1")
  void freshStoreAnswersAtRevisionOne() {
    var response = kv.range(get("a").build());

    assertHeader(response.getHeader(), 1);
    assertThat(response.getCount()).isZero();
  }

  @Test
  @Tag("U1")
  @Tag("U2")
  void putAnswersItsRevisionAndWhatWasThereBefore() {
    var first = kv.put(put("a", "1").setPrevKv(true).build());
    var second = kv.put(put("a", "2").setPrevKv(true).build());

    assertHeader(first.getHeader(), 2);
    assertThat(first.hasPrevKv()).isFalse();
    assertHeader(second.getHeader(), 3);
    assertThat(second.getPrevKv().getValue().toStringUtf8()).isEqualTo("1");
    assertThat(second.getPrevKv().getModRevision()).isEqualTo(2);
  }

  @Test
  @Tag("R16")
  @Tag("R17")
  void onlySerializableReadsGoWithoutReadIndex() {
    kv.put(put("a", "1").build());

    var linearizable = kv.range(get("a").build());
    assertThat(port.replica.barriers()).isEqualTo(1);
    var serializable = kv.range(get("a").setSerializable(true).build());

    assertThat(port.replica.barriers()).isEqualTo(1);
    assertThat(serializable).isEqualTo(linearizable);
    assertThat(linearizable.getKvs(0).getValue().toStringUtf8()).isEqualTo("1");
    assertThat(linearizable.getKvs(0).getVersion()).isEqualTo(1);
    assertHeader(linearizable.getHeader(), 2);
  }

  @Test
  @Tag("R8")
  @Tag("R12")
  void rangesAreReadWithLimitAndCount() {
    for (var key : new String[] {"a", "b", "c", "d"}) {
      kv.put(put(key, "v").build());
    }

    var response = kv.range(get("a").setRangeEnd(bytes("d")).setLimit(2).build());

    assertThat(response.getKvsList())
        .extracting(found -> found.getKey().toStringUtf8())
        .containsExactly("a", "b");
    assertThat(response.getMore()).isTrue();
    assertThat(response.getCount()).isEqualTo(3);
  }

  @Test
  @Tag("R7")
  @Tag("case-57")
  @Tag("case-59")
  void revisionsOutOfReachAreErrors() {
    kv.put(put("a", "1").build());
    kv.put(put("a", "2").build());
    kv.compact(CompactionRequest.newBuilder().setRevision(3).build());

    assertError(EtcdError.FUTURE_REV, () -> kv.range(get("a").setRevision(4).build()));
    assertError(EtcdError.COMPACTED, () -> kv.range(get("a").setRevision(2).build()));
    assertThat(kv.range(get("a").setRevision(3).build()).getCount()).isEqualTo(1);
  }

  @Test
  @Tag("P7")
  @Tag("case-30")
  @Tag("case-53")
  @Tag("case-54")
  @Tag("case-93")
  void badArgumentsAreRefusedBeforeAnythingElse() {
    port.replica.failWith(EtcdError.TIMEOUT);

    assertError(EtcdError.EMPTY_KEY, () -> kv.range(get("").setSortOrderValue(7).build()));
    assertError(
        EtcdError.INVALID_SORT_OPTION, () -> kv.range(get("a").setSortOrderValue(7).build()));
    assertError(
        EtcdError.INVALID_SORT_OPTION, () -> kv.range(get("a").setSortTargetValue(9).build()));
    assertError(EtcdError.EMPTY_KEY, () -> kv.put(put("", "v").setIgnoreValue(true).build()));
    assertError(EtcdError.EMPTY_KEY, () -> kv.deleteRange(delete("").build()));
    assertThat(port.replica.proposals() + port.replica.barriers()).isZero();
  }

  @Test
  @Tag("U3")
  @Tag("P7")
  @Tag("case-85")
  @Tag("case-86")
  void ignoredPutFieldsMustBeUnset() {
    assertError(
        EtcdError.VALUE_PROVIDED,
        () -> kv.put(put("a", "v").setIgnoreValue(true).setIgnoreLease(true).setLease(5).build()));
    assertError(
        EtcdError.LEASE_PROVIDED,
        () -> kv.put(put("a", "v").setIgnoreLease(true).setLease(5).build()));
  }

  @Test
  @Tag("U5")
  @Tag("case-91")
  void refusalAtApplyReachesTheClient() {
    assertError(EtcdError.LEASE_NOT_FOUND, () -> kv.put(put("a", "v").setLease(999).build()));
  }

  @Test
  @Tag("U7")
  @Tag("case-94")
  @Tag("case-97")
  void deleteAnswersCountAndPreviousKeys() {
    kv.put(put("a", "1").build());
    kv.put(put("b", "2").build());

    var both = kv.deleteRange(delete("a").setRangeEnd(bytes("c")).setPrevKv(true).build());
    var none = kv.deleteRange(delete("a").build());

    assertHeader(both.getHeader(), 4);
    assertThat(both.getDeleted()).isEqualTo(2);
    assertThat(both.getPrevKvsList())
        .extracting(gone -> gone.getKey().toStringUtf8())
        .containsExactly("a", "b");
    assertHeader(none.getHeader(), 4);
    assertThat(none.getDeleted()).isZero();
  }

  @Test
  @Tag("M1")
  @Tag("case-14")
  void onlyTheOuterHeaderOfATxnNamesTheMember() {
    var txn = TxnRequest.newBuilder().addSuccess(op(put("a", "1"))).build();

    var response = kv.txn(txn);

    assertHeader(response.getHeader(), 2);
    var inner = response.getResponses(0).getResponsePut().getHeader();
    assertThat(inner).isEqualTo(ResponseHeader.newBuilder().setRevision(2).build());
  }

  @Test
  @Tag("T21")
  @Tag("case-139")
  void readOnlyTxnNeedsABarrierUnlessAllItsRangesAreSerializable() {
    kv.put(put("a", "1").build());
    int proposals = port.replica.proposals();
    port.replica.failWith(EtcdError.TIMEOUT);
    var plain = op(get("a"));
    var serializable = op(get("a").setSerializable(true));

    var answered = kv.txn(TxnRequest.newBuilder().addSuccess(serializable).build());
    var empty = kv.txn(TxnRequest.getDefaultInstance());

    assertHeader(answered.getHeader(), 2);
    assertThat(answered.getResponses(0).getResponseRange().getCount()).isEqualTo(1);
    assertHeader(empty.getHeader(), 2);
    assertThat(empty.getSucceeded()).isTrue();
    assertError(
        EtcdError.TIMEOUT,
        () -> kv.txn(TxnRequest.newBuilder().addSuccess(serializable).addFailure(plain).build()));
    assertThat(port.replica.proposals()).isEqualTo(proposals);
  }

  @Test
  @Tag("T22")
  @Tag("case-140")
  void nestedTxnIsProposedEvenIfItOnlyReads() {
    var inner = TxnRequest.newBuilder().addSuccess(op(get("a").setSerializable(true)));
    kv.txn(TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestTxn(inner)).build());

    assertThat(port.replica.proposals()).isEqualTo(1);
  }

  @Test
  @Tag("T20")
  @Tag("case-112")
  void readOnlyTxnIsRefusedWhereItsRangesAre() {
    var future = TxnRequest.newBuilder().addSuccess(op(get("a").setRevision(2)));

    assertError(EtcdError.FUTURE_REV, () -> kv.txn(future.build()));
  }

  @Test
  @Tag("T13")
  @Tag("case-289")
  void deepTxnsAreReadFromTheWire() {
    kv.txn(deep(128));

    assertThat(port.replica.proposals()).isEqualTo(1);
    assertError(EtcdError.TOO_MANY_OPS, () -> kv.txn(deep(129)));
  }

  @Test
  @Tag("P5")
  @Tag("case-271")
  @Tag("case-274")
  void proposalsAboveTheLimitAreTooLarge() {
    kv.put(put("a", "x".repeat(1_572_700)).build());

    assertError(EtcdError.REQUEST_TOO_LARGE, () -> kv.put(put("a", "x".repeat(1_572_864)).build()));
    assertError(
        EtcdError.REQUEST_TOO_LARGE, () -> kv.deleteRange(delete("k".repeat(1_600_000)).build()));
  }

  @Test
  @Tag("T21")
  @Tag("case-273")
  void readOnlyTxnIsExemptFromTheProposalLimit() {
    var reads = TxnRequest.newBuilder();
    var writes = TxnRequest.newBuilder();
    for (int i = 0; i < 128; i++) {
      var key = "%013000d".formatted(i);
      reads.addSuccess(op(get(key)));
      writes.addSuccess(op(put(key, "")));
    }

    assertThat(kv.txn(reads.build()).getResponsesCount()).isEqualTo(128);
    assertError(EtcdError.REQUEST_TOO_LARGE, () -> kv.txn(writes.build()));
  }

  @Test
  @Tag("P1")
  @Tag("case-272")
  void oversizedMessagesAreRefusedInEtcdsWords() {
    assertThatThrownBy(() -> kv.put(put("a", "x".repeat(2_097_160)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
              assertThat(e.getStatus().getDescription())
                  .matches(
                      "grpc: received message larger than max \\(20971\\d\\d vs\\. 2097152\\)");
            });
    assertThatThrownBy(() -> kv.put(put("a", "x".repeat(20 << 20)).build()))
        .hasMessageContaining("grpc: received message larger than max (20971")
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThat(port.replica.proposals()).isZero();
    assertThat(kv.range(get("a").build()).getCount()).isZero();
  }

  @Test
  @Tag("P1")
  void compressedRequestsAreReadAndMeasuredUncompressed() {
    var compressing = kv.withCompression("gzip");

    compressing.put(put("a", "x".repeat(100_000)).build());

    assertThat(kv.range(get("a").build()).getKvs(0).getValue().size()).isEqualTo(100_000);
    assertThatThrownBy(() -> compressing.put(put("a", "x".repeat(3_000_000)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getDescription()).startsWith("grpc: received message"));
  }

  @Test
  @Tag("P2")
  @Tag("case-65")
  void leaderIsRequiredOnlyOfThoseWhoAsk() {
    port.replica.become(Role.FOLLOWER, 0);
    var asking = kv.withInterceptors(header("hasleader", "true"));
    var notAsking = kv.withInterceptors(header("hasleader", "false"));

    assertError(EtcdError.NO_LEADER, () -> asking.range(get("a").build()));
    assertThat(notAsking.range(get("a").build()).getCount()).isZero();
    port.replica.become(Role.FOLLOWER, 0x22);
    assertThat(asking.range(get("a").build()).getCount()).isZero();
  }

  @Test
  @Tag("P2")
  @Tag("case-64")
  void learnerAnswersSerializableRangesAlone() {
    port.replica.become(Role.LEARNER, 0x22);

    assertThat(kv.range(get("a").setSerializable(true).build()).getCount()).isZero();
    assertError(EtcdError.NOT_SUPPORTED_FOR_LEARNER, () -> kv.range(get("a").build()));
    assertError(EtcdError.NOT_SUPPORTED_FOR_LEARNER, () -> kv.put(put("", "").build()));
    assertError(EtcdError.NOT_SUPPORTED_FOR_LEARNER, () -> kv.txn(TxnRequest.getDefaultInstance()));
  }

  @Test
  @Tag("P2")
  void clientApiVersionMustBeText() {
    var key = Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER);
    var good = new Metadata();
    good.put(key, "3.7");

    var asking = kv.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(good));

    assertThat(asking.range(get("a").build()).getCount()).isZero();
  }

  @Test
  @Tag("C4")
  void physicalCompactionAnswersAfterTheRemoval() {
    kv.put(put("a", "1").build());
    var physical = CompactionRequest.newBuilder().setRevision(2).setPhysical(true).build();
    var future = KVGrpc.newFutureStub(port.channel());

    var first = future.compact(physical);
    await().until(() -> port.compactions.size() == 1);
    assertThat(first.isDone()).isFalse();
    port.compactions.remove().run();
    await().until(first::isDone);

    var tooLate = future.compact(physical);
    await().until(() -> port.compactions.size() == 1);
    assertThat(tooLate.isDone()).isFalse();
    port.compactions.remove().run();
    await().until(tooLate::isDone);
    assertError(
        EtcdError.COMPACTED, () -> kv.compact(physical.toBuilder().clearPhysical().build()));
  }

  @Test
  @Tag("OV-shed")
  void clientThatHasGoneCostsNothingMore() {
    port.replica.hold();
    for (long millis = 200; port.replica.held() == 0; millis *= 2) { // until one has come so far
      var impatient = kv.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
      assertThatThrownBy(() -> impatient.range(get("a").build()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    }
    await().until(() -> ranges().handled(Status.Code.CANCELLED.value()) == ranges().started());
    int abandoned = port.replica.held();
    port.replica.release();

    // Answered after the abandoned reads were, on the same threads.
    kv.put(put("a", "1").build());
    assertThat(port.store.viewsOpened()).isLessThanOrEqualTo(abandoned);
    assertThat(kv.range(get("a").build()).getCount()).isEqualTo(1);
  }

  @Test
  @Tag("P3")
  @Tag("Q2")
  @Tag("case-279")
  void aFullQuotaIsToldBeforeArgumentsAreJudgedAndOnlyToThoseWhoGrow() {
    kv.put(put("a", "1").build());
    port.quota.full = true;
    int proposals = port.replica.proposals();

    assertError(EtcdError.NO_SPACE, () -> kv.put(put("", "1").build()));
    var deepPut = deep(3).toBuilder().addFailure(op(put("", "v"))).build();
    assertError(EtcdError.NO_SPACE, () -> kv.txn(deepPut));
    assertThat(port.replica.proposals()).isEqualTo(proposals);

    assertThat(kv.range(get("a").build()).getCount()).isEqualTo(1);
    assertThat(kv.txn(TxnRequest.getDefaultInstance()).getSucceeded()).isTrue();
    assertError(EtcdError.EMPTY_KEY, () -> kv.deleteRange(DeleteRangeRequest.getDefaultInstance()));
    var delete = DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();
    assertThat(kv.deleteRange(delete).getDeleted()).isEqualTo(1);
  }

  @Test
  @Tag("Q3")
  void aStandingAlarmIsConfirmedByTheQuorumAndKeepsWritesOutOfTheLog() {
    raise(AlarmType.NOSPACE);
    int proposals = port.replica.proposals();
    int barriers = port.replica.barriers();

    assertError(EtcdError.NO_SPACE, () -> kv.put(put("a", "1").build()));
    assertError(EtcdError.EMPTY_KEY, () -> kv.put(put("", "1").build()));
    assertThat(port.replica.proposals()).isEqualTo(proposals);
    assertThat(port.replica.barriers()).isEqualTo(barriers + 1);
    kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build());

    raise(AlarmType.CORRUPT);
    assertError(
        EtcdError.CORRUPT,
        () ->
            kv.deleteRange(
                DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build()));
    assertThat(kv.range(get("a").build()).getCount()).isZero();
  }

  private void raise(AlarmType type) {
    MaintenanceGrpc.newBlockingStub(port.channel())
        .alarm(
            AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                .setAlarm(type)
                .build());
  }

  @Test
  @Tag("DV-hash")
  void aReadThatFindsDamageEndsTheMember() {
    port.store.damage();

    assertError(EtcdError.INTERNAL_ERROR, () -> kv.range(get("a").setSerializable(true).build()));
    assertError(
        EtcdError.INTERNAL_ERROR,
        () -> kv.range(get("a").setRangeEnd(ByteString.copyFromUtf8("b")).build()));

    await().until(() -> port.failures.size() == 2);
    assertThat(port.failures)
        .allSatisfy(failure -> assertThat(failure).isInstanceOf(EngineException.class));
  }

  private MethodMeasures ranges() {
    return port.measures.methods().stream()
        .filter(method -> method.name().equals("Range"))
        .findFirst()
        .orElseThrow();
  }

  private static TxnRequest deep(int levels) {
    var txn = TxnRequest.newBuilder().addSuccess(op(put("innermost", "v"))).build();
    for (int i = 1; i < levels; i++) {
      txn = TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestTxn(txn)).build();
    }
    return txn;
  }

  private static void assertHeader(ResponseHeader header, long revision) {
    assertThat(header)
        .isEqualTo(
            ResponseHeader.newBuilder()
                .setClusterId(TestPort.CLUSTER)
                .setMemberId(FakeReplica.MEMBER)
                .setRaftTerm(FakeReplica.TERM)
                .setRevision(revision)
                .build());
  }

  static void assertError(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(error.message());
              assertThat(e.getStatus().getCode().value()).isEqualTo(error.code().number());
            });
  }

  private static ClientInterceptor header(String name, String value) {
    var headers = new Metadata();
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  private static RangeRequest.Builder get(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key));
  }

  private static PutRequest.Builder put(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
  }

  private static DeleteRangeRequest.Builder delete(String key) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(key));
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
