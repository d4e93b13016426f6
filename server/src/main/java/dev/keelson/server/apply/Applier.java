package dev.keelson.server.apply;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.MemberAttributes;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.server.cluster.Member;
import dev.keelson.storage.mvcc.CompactOutcome;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.MvccStore;
import java.util.List;
import java.util.Optional;

/**
 * The one writer of the state machine: what a command does is a function of the store and the
 * command, and of nothing else. Owned by the apply thread.
 */
final class Applier {
  private final MvccStore store;
  private final MemberRegister members;
  private final AlarmRegister alarms;
  private final AuthRegister auth;
  private final LeaseCommands leases;

  Applier(MvccStore store, MemberRegister members, AlarmRegister alarms, AuthRegister auth) {
    this.store = store;
    this.members = members;
    this.alarms = alarms;
    this.auth = auth;
    this.leases = new LeaseCommands(store);
  }

  /** What the commands since the last call have done to leases. */
  List<LeaseChange> takeLeaseChanges() {
    return leases.takeChanges();
  }

  /**
   * Runs one command in the open batch.
   *
   * @param entry where it stands in the log
   * @param answered whether anybody here waits for the result: what only the answer needs is not
   *     read otherwise
   */
  ApplyResult apply(Command command, LogPosition entry, boolean answered) {
    Optional<EtcdError> refusal =
        AlarmGate.refusal(command, alarms.raised()) // P6, and before what the caller may (AU40)
            .or(() -> CommandAccess.refusal(command, auth.state(), store::attachedKeys));
    return refusal.isPresent()
        ? new ApplyResult.Refused(refusal.get())
        : execute(command, entry, answered);
  }

  private ApplyResult execute(Command command, LogPosition entry, boolean answered) {
    return switch (command.getOperationCase()) {
      case PUT -> put(command.getPut(), answered);
      case DELETE_RANGE -> delete(command.getDeleteRange());
      case TXN -> TxnEvaluator.evaluate(store.begin(), command.getTxn(), leases::exists, answered);
      case COMPACTION -> compact(command.getCompaction());
      case MEMBER_ATTRIBUTES -> publish(command.getMemberAttributes());
      case ALARM -> alarms.apply(store, command.getAlarm(), currentRevision());
      case AUTH ->
          auth.apply(
              store, command.getAuth(), CommandAccess.callerOf(command), entry, currentRevision());
      case LEASE_GRANT -> leases.grant(command.getLeaseGrant(), entry);
      case LEASE_REVOCATION -> leases.revoke(command.getLeaseRevocation(), entry);
      case LEASE_CHECKPOINTS -> leases.checkpoint(command.getLeaseCheckpoints(), entry);
      case STATE_CLAIM -> new ApplyResult.ClaimNoted();
      case MEMBER_CHANGE, OPERATION_NOT_SET ->
          throw new IllegalStateException(
              "a committed command is of a kind that this version does not know");
    };
  }

  /** A configuration entry; the change of the members that has taken effect by it. */
  Optional<MemberRegister.Done> configure(Bytes payload) {
    var decoded = ConfigurationCodec.decodeWithNote(payload);
    return members.configure(store, decoded.configuration(), decoded.note());
  }

  private ApplyResult put(PutRequest request, boolean answered) {
    var txn = store.begin();
    Optional<EtcdError> error = new PathChecks(KvReader.of(txn), leases::exists).ofPut(request);
    if (error.isPresent()) {
      txn.commit();
      return new ApplyResult.Refused(error.get());
    }
    boolean needsBefore =
        (answered && request.getPrevKv()) || request.getIgnoreValue() || request.getIgnoreLease();
    var before = needsBefore ? txn.get(WireBytes.of(request.getKey())) : Optional.<KeyValue>empty();
    TxnEvaluator.put(txn, request, before);
    List<KeyValue> previous = request.getPrevKv() ? before.stream().toList() : List.of();
    return new ApplyResult.PutDone(txn.commit(), previous);
  }

  private ApplyResult delete(DeleteRangeRequest request) {
    var txn = store.begin();
    var range = KeyRange.of(WireBytes.of(request.getKey()), WireBytes.of(request.getRangeEnd()));
    var deleted = txn.deleteRange(range);
    List<KeyValue> previous = request.getPrevKv() ? deleted : List.of();
    return new ApplyResult.DeleteDone(txn.commit(), deleted.size(), previous);
  }

  private ApplyResult compact(CompactionRequest request) {
    return switch (store.scheduleCompaction(request.getRevision())) {
      case CompactOutcome.Scheduled scheduled -> new ApplyResult.CompactionDone(currentRevision());
      case CompactOutcome.Compacted compacted -> new ApplyResult.Refused(EtcdError.COMPACTED);
      case CompactOutcome.Future future -> new ApplyResult.Refused(EtcdError.FUTURE_REV);
    };
  }

  private long currentRevision() {
    return store.begin().commit();
  }

  private ApplyResult publish(MemberAttributes attributes) {
    var known = members.table().find(attributes.getMemberId());
    if (known.isEmpty()) {
      return new ApplyResult.Refused(EtcdError.MEMBER_NOT_FOUND);
    }
    long incarnation = known.get().incarnation();
    if (incarnation != 0 && incarnation != attributes.getIncarnation()) {
      // Another disk under a known id: what it says of itself is not believed either (MB-id).
      return new ApplyResult.Refused(EtcdError.MEMBER_EXIST);
    }
    members.replace(
        store,
        new Member(
            known.get().id(),
            attributes.getName(),
            known.get().peerUrls(),
            attributes.getClientUrlsList(),
            known.get().learner(),
            attributes.getIncarnation()));
    return new ApplyResult.MemberPublished();
  }
}
