package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.server.rpc.CallContext.Extent;
import java.util.List;

/** What a transaction is, judged by its outer operations (T21, T22). */
final class TxnShape {
  /** Reads by key that a connection's thread may do for one transaction. */
  private static final int MAX_POINT_READS = 16;

  private TxnShape() {}

  /** Every operation of both branches is a range; one without any counts too. */
  static boolean isReadOnly(TxnRequest txn) {
    return allRanges(txn.getSuccessList()) && allRanges(txn.getFailureList());
  }

  /** A read-only transaction that needs no read index. */
  static boolean isSerializable(TxnRequest txn) {
    return allSerializable(txn.getSuccessList()) && allSerializable(txn.getFailureList());
  }

  /** How much a read-only transaction may look at. */
  static Extent extentOf(TxnRequest txn) {
    int reads = txn.getCompareCount() + txn.getSuccessCount() + txn.getFailureCount();
    boolean points =
        reads <= MAX_POINT_READS
            && txn.getCompareList().stream().allMatch(compare -> compare.getRangeEnd().isEmpty())
            && allPoints(txn.getSuccessList())
            && allPoints(txn.getFailureList());
    return points ? Extent.POINT : Extent.RANGE;
  }

  private static boolean allRanges(List<RequestOp> operations) {
    for (var operation : operations) {
      if (!operation.hasRequestRange()) {
        return false;
      }
    }
    return true;
  }

  private static boolean allSerializable(List<RequestOp> operations) {
    for (var operation : operations) {
      if (!operation.getRequestRange().getSerializable()) {
        return false;
      }
    }
    return true;
  }

  private static boolean allPoints(List<RequestOp> operations) {
    for (var operation : operations) {
      if (!operation.getRequestRange().getRangeEnd().isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
