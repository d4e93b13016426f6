package dev.keelson.server.rpc;

import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.ResponseOp;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A log of one member: what is proposed is applied at once, on a thread of its own. */
final class FakeReplica implements Replica, AutoCloseable {
  static final long MEMBER = 0x11;
  static final long TERM = 7;

  private final MemoryStore store;
  private final ExecutorService applier = Executors.newSingleThreadExecutor();
  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
  private final AtomicInteger proposals = new AtomicInteger();
  private final AtomicInteger barriers = new AtomicInteger();
  private volatile boolean holding;
  private volatile List<AlarmMember> alarms = List.of();
  private volatile Optional<EtcdError> failure = Optional.empty();
  private volatile RaftStatus status = status(Role.LEADER, MEMBER);

  FakeReplica(MemoryStore store) {
    this.store = store;
  }

  static RaftStatus status(Role role, long leaderId) {
    return new RaftStatus(
        MEMBER, role, TERM, leaderId, 42, 41, 43, Configuration.ofVoters(Set.of(MEMBER)));
  }

  void become(Role role, long leaderId) {
    status = status(role, leaderId);
  }

  void failWith(EtcdError error) {
    failure = Optional.of(error);
  }

  List<AlarmMember> alarms() {
    return alarms;
  }

  /** Keeps answers back until {@link #release}. */
  void hold() {
    holding = true;
  }

  void release() {
    holding = false;
    for (var task = held.poll(); task != null; task = held.poll()) {
      applier.execute(task);
    }
  }

  int held() {
    return held.size();
  }

  int proposals() {
    return proposals.get();
  }

  int barriers() {
    return barriers.get();
  }

  @Override
  public void propose(Command command, Completion<ApplyResult> completion) {
    proposals.incrementAndGet();
    run(
        () ->
            completion.complete(
                failure
                    .<Outcome<ApplyResult>>map(Outcome.Failure::new)
                    .orElseGet(() -> new Outcome.Success<>(apply(command)))));
  }

  @Override
  public void proposeAsLeader(Command command, Completion<ApplyResult> completion) {
    propose(command, completion);
  }

  @Override
  public void awaitReadIndex(Completion<Long> completion) {
    barriers.incrementAndGet();
    run(
        () ->
            completion.complete(
                failure
                    .<Outcome<Long>>map(Outcome.Failure::new)
                    .orElseGet(() -> new Outcome.Success<>(status.commitIndex()))));
  }

  @Override
  public RaftStatus status() {
    return status;
  }

  @Override
  public void close() {
    applier.shutdownNow();
  }

  private void run(Runnable task) {
    if (holding) {
      held.add(task);
    } else {
      applier.execute(task);
    }
  }

  private ApplyResult apply(Command command) {
    return switch (command.getOperationCase()) {
      case PUT -> {
        var put = command.getPut();
        if (put.getLease() != 0) {
          yield new ApplyResult.Refused(EtcdError.LEASE_NOT_FOUND);
        }
        var before = store.put(WireBytes.of(put.getKey()), WireBytes.of(put.getValue()), 0);
        yield new ApplyResult.PutDone(
            store.revision(), put.getPrevKv() ? before.stream().toList() : List.of());
      }
      case DELETE_RANGE -> {
        var delete = command.getDeleteRange();
        var deleted =
            store.delete(
                KeyRange.of(WireBytes.of(delete.getKey()), WireBytes.of(delete.getRangeEnd())));
        yield new ApplyResult.DeleteDone(
            store.revision(), deleted.size(), delete.getPrevKv() ? deleted : List.of());
      }
      case TXN -> {
        var response = TxnResponse.newBuilder().setSucceeded(true);
        for (var operation : command.getTxn().getSuccessList()) {
          if (operation.hasRequestPut()) {
            var put = operation.getRequestPut();
            store.put(WireBytes.of(put.getKey()), WireBytes.of(put.getValue()), 0);
            response.addResponses(
                ResponseOp.newBuilder()
                    .setResponsePut(
                        PutResponse.newBuilder()
                            .setHeader(ResponseHeader.newBuilder().setRevision(store.revision()))));
          }
        }
        yield new ApplyResult.TxnDone(store.revision(), response.build());
      }
      case COMPACTION -> {
        long at = command.getCompaction().getRevision();
        if (at <= store.compactRevision()) {
          yield new ApplyResult.Refused(EtcdError.COMPACTED);
        }
        store.compact(at);
        yield new ApplyResult.CompactionDone(store.revision());
      }
      case ALARM -> {
        var request = command.getAlarm();
        var alarm =
            AlarmMember.newBuilder()
                .setMemberID(request.getMemberID())
                .setAlarm(request.getAlarm())
                .build();
        switch (request.getAction()) {
          case ACTIVATE -> alarms = List.of(alarm);
          case DEACTIVATE -> alarms = List.of();
          case GET, UNRECOGNIZED -> {}
        }
        yield new ApplyResult.AlarmDone(store.revision(), alarms);
      }
      case LEASE_GRANT, LEASE_REVOCATION, LEASE_CHECKPOINTS ->
          throw new IllegalArgumentException("there are no leases here");
      case MEMBER_ATTRIBUTES -> new ApplyResult.MemberPublished();
      case STATE_CLAIM -> new ApplyResult.ClaimNoted();
      case AUTH, MEMBER_CHANGE, OPERATION_NOT_SET ->
          throw new IllegalArgumentException("empty command");
    };
  }
}
