package dev.keelson.server.apply;

import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What must hold before the first write of a command, since there is no way back after it (T10).
 * One instance judges one command.
 */
final class PathChecks {
  private final KvReader state;
  private final LeaseDirectory leases;
  private final List<KeyRange> deleted = new ArrayList<>();

  PathChecks(KvReader state, LeaseDirectory leases) {
    this.state = state;
    this.leases = leases;
  }

  /**
   * Why the path cannot run; empty if it can. As in etcd, the puts of the whole path are judged
   * before its ranges, each in order of execution.
   */
  Optional<EtcdError> firstError(TxnPath path) {
    Optional<EtcdError> ofPuts = first(path, this::ofChange);
    return ofPuts.isPresent() ? ofPuts : first(path, this::ofRead);
  }

  private static Optional<EtcdError> first(
      TxnPath path, Function<RequestOp, Optional<EtcdError>> check) {
    int nested = 0;
    for (var operation : path.operations()) {
      Optional<EtcdError> error =
          operation.hasRequestTxn()
              ? first(path.nested().get(nested++), check)
              : check.apply(operation);
      if (error.isPresent()) {
        return error;
      }
    }
    return Optional.empty();
  }

  private Optional<EtcdError> ofChange(RequestOp operation) {
    return switch (operation.getRequestCase()) {
      case REQUEST_PUT -> ofPutInTxn(operation.getRequestPut());
      case REQUEST_DELETE_RANGE -> remember(operation.getRequestDeleteRange());
      case REQUEST_NOT_SET -> Optional.of(EtcdError.KEY_NOT_FOUND); // T15
      case REQUEST_RANGE, REQUEST_TXN -> Optional.empty();
    };
  }

  private Optional<EtcdError> ofRead(RequestOp operation) {
    return operation.hasRequestRange() ? ofRange(operation.getRequestRange()) : Optional.empty();
  }

  /** A put on its own: U5 before U4. */
  Optional<EtcdError> ofPut(PutRequest put) {
    Optional<EtcdError> ofLease = ofLease(put);
    return ofLease.isPresent() ? ofLease : ofIgnored(put);
  }

  /** Inside a txn the order is the other way round: so etcd answers, whatever the version. */
  private Optional<EtcdError> ofPutInTxn(PutRequest put) {
    Optional<EtcdError> ofIgnored = ofIgnored(put);
    return ofIgnored.isPresent() ? ofIgnored : ofLease(put);
  }

  private Optional<EtcdError> ofLease(PutRequest put) {
    return put.getLease() != 0 && !leases.exists(put.getLease())
        ? Optional.of(EtcdError.LEASE_NOT_FOUND)
        : Optional.empty();
  }

  private Optional<EtcdError> ofIgnored(PutRequest put) {
    if (put.getIgnoreValue() || put.getIgnoreLease()) {
      var key = WireBytes.of(put.getKey());
      if (wasDeleted(key) || state.get(key).isEmpty()) {
        return Optional.of(EtcdError.KEY_NOT_FOUND);
      }
    }
    return Optional.empty();
  }

  /** T20. */
  private Optional<EtcdError> ofRange(RangeRequest range) {
    long revision = range.getRevision();
    if (revision > state.revision()) {
      return Optional.of(EtcdError.FUTURE_REV);
    }
    if (revision != 0 && revision < state.compactRevision()) {
      return Optional.of(EtcdError.COMPACTED);
    }
    return Optional.empty();
  }

  private Optional<EtcdError> remember(DeleteRangeRequest delete) {
    deleted.add(KeyRange.of(WireBytes.of(delete.getKey()), WireBytes.of(delete.getRangeEnd())));
    return Optional.empty();
  }

  /** T23: a delete earlier on the path takes away what ignore_value or ignore_lease would keep. */
  private boolean wasDeleted(Bytes key) {
    return deleted.stream().anyMatch(range -> range.contains(key));
  }
}
