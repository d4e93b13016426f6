package dev.keelson.server.apply;

import static dev.keelson.server.apply.TestStore.deleteOp;
import static dev.keelson.server.apply.TestStore.getOp;
import static dev.keelson.server.apply.TestStore.op;
import static dev.keelson.server.apply.TestStore.putOp;
import static dev.keelson.server.apply.TestStore.txnOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.LogPosition;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AlarmCommandsTest {
  private final TestStore store = new TestStore();
  private AlarmRegister alarms = AlarmRegister.load(store.store);

  private List<AlarmMember> alarm(AlarmAction action, long member, AlarmType type) {
    var request =
        AlarmRequest.newBuilder().setAction(action).setMemberID(member).setAlarm(type).build();
    var result = alarms.apply(store.store, request, store.revision());
    assertThat(result).isInstanceOf(ApplyResult.AlarmDone.class);
    return ((ApplyResult.AlarmDone) result).alarms();
  }

  private static AlarmMember of(long member, AlarmType type) {
    return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
  }

  @Test
  @Tag("Q7")
  @Tag("case-266")
  void anyMemberIdIsTakenAndTheSameAlarmIsRaisedOnce() {
    assertThat(alarm(AlarmAction.ACTIVATE, -7, AlarmType.NOSPACE))
        .containsExactly(of(-7, AlarmType.NOSPACE));
    assertThat(alarm(AlarmAction.ACTIVATE, -7, AlarmType.NOSPACE))
        .containsExactly(of(-7, AlarmType.NOSPACE));

    assertThat(alarms.raised()).containsExactly(of(-7, AlarmType.NOSPACE));
  }

  @Test
  @Tag("Q7")
  @Tag("case-270")
  void getFiltersByKindAlone() {
    alarm(AlarmAction.ACTIVATE, 2, AlarmType.NOSPACE);
    alarm(AlarmAction.ACTIVATE, 1, AlarmType.CORRUPT);

    assertThat(alarm(AlarmAction.GET, 99, AlarmType.NONE)).hasSize(2);
    assertThat(alarm(AlarmAction.GET, 99, AlarmType.CORRUPT))
        .containsExactly(of(1, AlarmType.CORRUPT));
  }

  @Test
  @Tag("Q7")
  @Tag("case-261")
  @Tag("case-267")
  void onlyTheExactPairIsEndedAndNoneIsNothing() {
    alarm(AlarmAction.ACTIVATE, 1, AlarmType.NOSPACE);

    assertThat(alarm(AlarmAction.ACTIVATE, 1, AlarmType.NONE)).isEmpty();
    assertThat(alarm(AlarmAction.DEACTIVATE, 0, AlarmType.NOSPACE)).isEmpty();
    assertThat(alarm(AlarmAction.DEACTIVATE, 1, AlarmType.NONE)).isEmpty();
    assertThat(alarm(AlarmAction.DEACTIVATE, 1, AlarmType.CORRUPT)).isEmpty();
    assertThat(alarms.raised()).hasSize(1);

    assertThat(alarm(AlarmAction.DEACTIVATE, 1, AlarmType.NOSPACE)).hasSize(1);
    assertThat(alarms.raised()).isEmpty();
  }

  @Test
  @Tag("Q4")
  @Tag("case-265")
  void alarmsAreKeptInTheStore() {
    alarm(AlarmAction.ACTIVATE, 1, AlarmType.CORRUPT);
    store.store.commitBatch(new LogPosition(1, 1));

    alarms = AlarmRegister.load(store.store);

    assertThat(alarms.raised()).containsExactly(of(1, AlarmType.CORRUPT));
  }

  @Test
  void theirNumberIsBounded() {
    for (int i = 0; i < AlarmRegister.MAX_ALARMS; i++) {
      alarm(AlarmAction.ACTIVATE, i, AlarmType.NOSPACE);
    }
    var oneMore =
        AlarmRequest.newBuilder()
            .setAction(AlarmAction.ACTIVATE)
            .setMemberID(-1)
            .setAlarm(AlarmType.NOSPACE)
            .build();

    assertThat(alarms.apply(store.store, oneMore, 1))
        .isEqualTo(new ApplyResult.Refused(EtcdError.REQUEST_TOO_MANY_REQUESTS));
  }

  private Optional<EtcdError> refusal(Command.Builder command) {
    return AlarmGate.refusal(command.build(), alarms.raised());
  }

  private static Command.Builder txn(TxnRequest txn) {
    return Command.newBuilder().setTxn(txn);
  }

  @Test
  @Tag("Q3")
  @Tag("case-259")
  @Tag("case-260")
  void wantOfSpaceForbidsWhatGrows() {
    alarm(AlarmAction.ACTIVATE, 123, AlarmType.NOSPACE);
    var inElse = TxnRequest.newBuilder().addFailure(putOp("a", "1"));

    assertThat(refusal(Command.newBuilder().setPut(PutRequest.getDefaultInstance())))
        .contains(EtcdError.NO_SPACE);
    assertThat(refusal(txn(inElse.build()))).contains(EtcdError.NO_SPACE);
    assertThat(refusal(txn(txnOf(op(inElse))))).contains(EtcdError.NO_SPACE);
    assertThat(refusal(txn(txnOf(deleteOp("a", ""), getOp("a"))))).isEmpty();
    assertThat(
            refusal(Command.newBuilder().setDeleteRange(DeleteRangeRequest.getDefaultInstance())))
        .isEmpty();
    assertThat(refusal(Command.newBuilder().setCompaction(CompactionRequest.getDefaultInstance())))
        .isEmpty();
    assertThat(refusal(Command.newBuilder().setAlarm(AlarmRequest.getDefaultInstance()))).isEmpty();
  }

  @Test
  @Tag("Q8")
  @Tag("case-268")
  @Tag("case-280")
  @Tag("case-281")
  void corruptionForbidsAllThatChangesAndComesFirst() {
    alarm(AlarmAction.ACTIVATE, 4242, AlarmType.CORRUPT);
    alarm(AlarmAction.ACTIVATE, 1, AlarmType.NOSPACE);
    var nestedReads = txnOf(op(TxnRequest.newBuilder().addSuccess(getOp("a"))));

    assertThat(refusal(Command.newBuilder().setPut(PutRequest.getDefaultInstance())))
        .contains(EtcdError.CORRUPT);
    assertThat(
            refusal(Command.newBuilder().setDeleteRange(DeleteRangeRequest.getDefaultInstance())))
        .contains(EtcdError.CORRUPT);
    assertThat(refusal(Command.newBuilder().setCompaction(CompactionRequest.getDefaultInstance())))
        .contains(EtcdError.CORRUPT);
    assertThat(refusal(txn(nestedReads))).contains(EtcdError.CORRUPT);
    assertThat(refusal(Command.newBuilder().setAlarm(AlarmRequest.getDefaultInstance()))).isEmpty();
  }

  @Test
  @Tag("Q1")
  void theChargeOfATransactionIsThatOfItsLargerBranch() {
    var small = putOp("k", "v");
    var large = putOp("key", "value");
    var nested = op(TxnRequest.newBuilder().addSuccess(small).addFailure(large));

    assertThat(Charge.of(small.getRequestPut())).isEqualTo(258);
    assertThat(Charge.of(txnOf(small, large))).isEqualTo(258 + 264);
    assertThat(Charge.of(TxnRequest.newBuilder().addSuccess(small).addFailure(nested).build()))
        .isEqualTo(264);
    assertThat(Charge.of(txnOf(getOp("k"), deleteOp("k", "")))).isZero();
  }
}
