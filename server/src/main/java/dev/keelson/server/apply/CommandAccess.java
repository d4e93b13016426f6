package dev.keelson.server.apply;

import com.google.protobuf.ByteString;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.server.auth.AuthState;
import dev.keelson.server.auth.Caller;
import dev.keelson.server.auth.Clearance;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Whether the caller of a command may have it run (section 1.8): a function of the command, the
 * users and roles, and the keys of leases, all as of its place in the log. Every way is judged that
 * a transaction could take, whether it takes it or not.
 */
public final class CommandAccess {
  private final AuthState state;
  private final Caller caller;
  private final Clearance clearance;
  private final LongFunction<? extends Iterable<Bytes>> leaseKeys;

  private CommandAccess(
      AuthState state, Caller caller, LongFunction<? extends Iterable<Bytes>> leaseKeys) {
    this.state = state;
    this.caller = caller;
    this.clearance = state.clearance(caller);
    this.leaseKeys = leaseKeys;
  }

  /** Why the command is refused; empty if it is not. */
  static Optional<EtcdError> refusal(
      Command command, AuthState state, LongFunction<? extends Iterable<Bytes>> leaseKeys) {
    return state.enabled()
        ? new CommandAccess(state, callerOf(command), leaseKeys).refusal(command)
        : Optional.empty();
  }

  /** Why a transaction of ranges alone is refused, which does not go through the log. */
  public static Optional<EtcdError> ofReadOnly(TxnRequest txn, AuthState state, Caller caller) {
    return new CommandAccess(state, caller, _ -> List.of()).ofTxn(txn);
  }

  /** Whose wish the command is. */
  static Caller callerOf(Command command) {
    var caller = command.getCaller();
    return switch (caller.getKindCase()) {
      case USER -> new Caller.User(caller.getUser(), caller.getAuthRevision());
      case MEMBER -> new Caller.Member();
      case KIND_NOT_SET -> new Caller.Nobody();
    };
  }

  private Optional<EtcdError> refusal(Command command) {
    return switch (command.getOperationCase()) {
      case PUT -> ofPut(command.getPut());
      case DELETE_RANGE -> ofDelete(command.getDeleteRange());
      case TXN -> ofTxn(command.getTxn());
      case COMPACTION -> state.adminRefusal(caller);
      case LEASE_GRANT -> state.somebodyRefusal(caller);
      case LEASE_REVOCATION ->
          command.getLeaseRevocation().hasExpiry()
              ? Optional.empty()
              : ofRevocation(command.getLeaseRevocation().getLeaseId());
      case ALARM ->
          command.getAlarm().getAction() == AlarmRequest.AlarmAction.GET
              ? state.somebodyRefusal(caller)
              : state.adminRefusal(caller);
      // Of the members' own making, or judged where they are applied.
      case LEASE_CHECKPOINTS, MEMBER_ATTRIBUTES, STATE_CLAIM, AUTH -> Optional.empty();
      case MEMBER_CHANGE, OPERATION_NOT_SET -> Optional.empty(); // refused by who applies them
    };
  }

  private Optional<EtcdError> ofRevocation(long lease) {
    var nobody = state.somebodyRefusal(caller);
    if (nobody.isPresent() || state.adminRefusal(caller).isEmpty()) {
      return nobody;
    }
    return clearance.mayWriteAll(leaseKeys.apply(lease));
  }

  private Optional<EtcdError> ofPut(PutRequest put) {
    return clearance
        .mayWrite(bytes(put.getKey()), Bytes.EMPTY)
        .or(() -> ofAttachment(put.getLease()))
        .or(() -> put.getPrevKv() ? ofRead(put.getKey(), ByteString.EMPTY) : Optional.empty());
  }

  /** What is attached shares the end of what is attached already. */
  private Optional<EtcdError> ofAttachment(long lease) {
    return lease == 0 || clearance.isUnlimited()
        ? Optional.empty()
        : clearance.mayWriteAll(leaseKeys.apply(lease));
  }

  private Optional<EtcdError> ofDelete(DeleteRangeRequest delete) {
    return clearance
        .mayWrite(bytes(delete.getKey()), bytes(delete.getRangeEnd()))
        .or(
            () ->
                delete.getPrevKv()
                    ? ofRead(delete.getKey(), delete.getRangeEnd())
                    : Optional.empty());
  }

  private Optional<EtcdError> ofRange(RangeRequest range) {
    return ofRead(range.getKey(), range.getRangeEnd());
  }

  private Optional<EtcdError> ofRead(ByteString key, ByteString rangeEnd) {
    return clearance.mayRead(bytes(key), bytes(rangeEnd));
  }

  private Optional<EtcdError> ofTxn(TxnRequest txn) {
    for (var compare : txn.getCompareList()) {
      var error = ofRead(compare.getKey(), compare.getRangeEnd());
      if (error.isPresent()) {
        return error;
      }
    }
    return ofOperations(txn.getSuccessList()).or(() -> ofOperations(txn.getFailureList()));
  }

  private Optional<EtcdError> ofOperations(List<RequestOp> operations) {
    for (var operation : operations) {
      var error =
          switch (operation.getRequestCase()) {
            case REQUEST_RANGE -> ofRange(operation.getRequestRange());
            case REQUEST_PUT -> ofPut(operation.getRequestPut());
            case REQUEST_DELETE_RANGE -> ofDelete(operation.getRequestDeleteRange());
            case REQUEST_TXN -> ofTxn(operation.getRequestTxn());
            case REQUEST_NOT_SET -> Optional.<EtcdError>empty();
          };
      if (error.isPresent()) {
        return error;
      }
    }
    return Optional.empty();
  }

  private static Bytes bytes(ByteString string) {
    return WireBytes.of(string);
  }
}
