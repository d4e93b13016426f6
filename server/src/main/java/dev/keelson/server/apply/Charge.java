package dev.keelson.server.apply;

import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import java.util.List;

/** What a request counts against the quota before it is run (Q1). */
public final class Charge {
  /** A lease that is granted. */
  public static final long LEASE_GRANT = 64;

  private static final long PER_PUT = 256;

  private Charge() {}

  static long of(Command command) {
    return switch (command.getOperationCase()) {
      case PUT -> of(command.getPut());
      case TXN -> of(command.getTxn());
      case LEASE_GRANT -> LEASE_GRANT;
      case DELETE_RANGE,
          COMPACTION,
          LEASE_REVOCATION,
          LEASE_CHECKPOINTS,
          MEMBER_ATTRIBUTES,
          ALARM,
          AUTH,
          MEMBER_CHANGE,
          STATE_CLAIM,
          OPERATION_NOT_SET ->
          0;
    };
  }

  public static long of(PutRequest put) {
    return PER_PUT + put.getKey().size() + put.getValue().size();
  }

  /** Of the branch that puts more. */
  public static long of(TxnRequest txn) {
    return Math.max(of(txn.getSuccessList()), of(txn.getFailureList()));
  }

  private static long of(List<RequestOp> operations) {
    long sum = 0;
    for (var operation : operations) {
      sum +=
          switch (operation.getRequestCase()) {
            case REQUEST_PUT -> of(operation.getRequestPut());
            case REQUEST_TXN -> of(operation.getRequestTxn());
            case REQUEST_RANGE, REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> 0;
          };
    }
    return sum;
  }
}
