package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.status.EtcdError;
import java.util.List;
import java.util.Optional;

/**
 * The static checks of a transaction: both branches, all depths, before anything is proposed (T13
 * to T19).
 */
final class TxnValidator {
  private final int maxTxnOps;

  TxnValidator(int maxTxnOps) {
    this.maxTxnOps = maxTxnOps;
  }

  Optional<EtcdError> firstError(TxnRequest txn) {
    var error = ofLevel(txn, maxTxnOps);
    if (error.isPresent()) {
      return error;
    }
    if (hasDuplicates(txn.getSuccessList()) || hasDuplicates(txn.getFailureList())) {
      return Optional.of(EtcdError.DUPLICATE_KEY);
    }
    return Optional.empty();
  }

  /**
   * One level and what hangs below it.
   *
   * @param budget what its parents left of max-txn-ops (T13)
   */
  private Optional<EtcdError> ofLevel(TxnRequest txn, int budget) {
    int count =
        Math.max(txn.getCompareCount(), Math.max(txn.getSuccessCount(), txn.getFailureCount()));
    if (count > budget) {
      return Optional.of(EtcdError.TOO_MANY_OPS);
    }
    for (var compare : txn.getCompareList()) {
      if (compare.getKey().isEmpty()) {
        return Optional.of(EtcdError.EMPTY_KEY);
      }
    }
    var error = ofOperations(txn.getSuccessList(), budget - count);
    return error.isPresent() ? error : ofOperations(txn.getFailureList(), budget - count);
  }

  private Optional<EtcdError> ofOperations(List<RequestOp> operations, int budget) {
    for (var operation : operations) {
      Optional<EtcdError> error =
          switch (operation.getRequestCase()) {
            case REQUEST_RANGE -> RequestChecks.ofRange(operation.getRequestRange());
            case REQUEST_PUT -> RequestChecks.ofPut(operation.getRequestPut());
            case REQUEST_DELETE_RANGE ->
                RequestChecks.ofDeleteRange(operation.getRequestDeleteRange());
            case REQUEST_TXN -> ofLevel(operation.getRequestTxn(), budget);
            case REQUEST_NOT_SET -> Optional.of(EtcdError.KEY_NOT_FOUND); // T15
          };
      if (error.isPresent()) {
        return error;
      }
    }
    return Optional.empty();
  }

  private static boolean hasDuplicates(List<RequestOp> operations) {
    if (operations.size() < 2 && operations.stream().noneMatch(RequestOp::hasRequestTxn)) {
      return false;
    }
    return !new WrittenKeys().addAll(operations);
  }

  /**
   * The keys that one list of operations writes, its nested transactions included (T17). Keys move
   * from child to parent by joining the smaller set to the larger, so that a hostile tree costs no
   * more than its size times its logarithm.
   */
  private static final class WrittenKeys {
    private SortedKeys puts = new SortedKeys();
    private KeyCoverage deletes = new KeyCoverage();

    /** False at the first conflict. */
    boolean addAll(List<RequestOp> operations) {
      for (var operation : operations) {
        if (operation.hasRequestDeleteRange()) {
          var delete = operation.getRequestDeleteRange();
          deletes.add(delete.getKey(), delete.getRangeEnd());
        }
      }
      for (var operation : operations) {
        if (operation.hasRequestTxn() && !addNested(operation.getRequestTxn())) {
          return false;
        }
      }
      for (var operation : operations) {
        if (operation.hasRequestPut() && !addPut(operation.getRequestPut().getKey())) {
          return false;
        }
      }
      return true;
    }

    private boolean addPut(ByteString key) {
      return !deletes.contains(key) && puts.add(key);
    }

    /**
     * Its branches exclude each other, so they conflict with what came before but not among
     * themselves. Its deletes count only from here on: earlier puts stand (T18).
     */
    private boolean addNested(TxnRequest nested) {
      var success = new WrittenKeys();
      var failure = new WrittenKeys();
      if (!success.addAll(nested.getSuccessList()) || !failure.addAll(nested.getFailureList())) {
        return false;
      }
      var nestedPuts = success.puts.join(failure.puts);
      if (nestedPuts.intersects(puts) || deletes.containsAny(nestedPuts)) {
        return false;
      }
      puts = puts.join(nestedPuts);
      deletes = deletes.join(success.deletes).join(failure.deletes);
      return true;
    }
  }
}
