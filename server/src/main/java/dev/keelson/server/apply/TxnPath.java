package dev.keelson.server.apply;

import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * The branches a transaction takes, chosen for the whole tree before anything is written (T7).
 *
 * @param nested the paths of the nested transactions among the operations, in their order
 */
record TxnPath(boolean succeeded, List<RequestOp> operations, List<TxnPath> nested) {
  TxnPath {
    operations = List.copyOf(operations);
    nested = List.copyOf(nested);
  }

  static TxnPath choose(TxnRequest request, CompareEvaluator compares) {
    boolean succeeded = compares.allHold(request.getCompareList());
    var operations = succeeded ? request.getSuccessList() : request.getFailureList();
    var nested = new ArrayList<TxnPath>();
    for (var operation : operations) {
      if (operation.hasRequestTxn()) {
        nested.add(choose(operation.getRequestTxn(), compares));
      }
    }
    return new TxnPath(succeeded, operations, nested);
  }
}
