package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.status.EtcdError;
import java.util.Optional;

/** What can be said against a request by looking at it alone, first fault first (P7). */
final class RequestChecks {
  private RequestChecks() {}

  /** P1, in the words of etcd's gRPC library. */
  static String messageTooLarge(long bytes, int maxBytes) {
    return "grpc: received message larger than max (%d vs. %d)".formatted(bytes, maxBytes);
  }

  /** R5, R15. */
  static Optional<EtcdError> ofRange(RangeRequest range) {
    if (range.getKey().isEmpty()) {
      return Optional.of(EtcdError.EMPTY_KEY);
    }
    if (range.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
        || range.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED) {
      return Optional.of(EtcdError.INVALID_SORT_OPTION);
    }
    return Optional.empty();
  }

  /** U3. */
  static Optional<EtcdError> ofPut(PutRequest put) {
    if (put.getKey().isEmpty()) {
      return Optional.of(EtcdError.EMPTY_KEY);
    }
    if (put.getIgnoreValue() && !put.getValue().isEmpty()) {
      return Optional.of(EtcdError.VALUE_PROVIDED);
    }
    if (put.getIgnoreLease() && put.getLease() != 0) {
      return Optional.of(EtcdError.LEASE_PROVIDED);
    }
    return Optional.empty();
  }

  static Optional<EtcdError> ofDeleteRange(DeleteRangeRequest delete) {
    return delete.getKey().isEmpty() ? Optional.of(EtcdError.EMPTY_KEY) : Optional.empty();
  }
}
