package dev.keelson.server.apply;

import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.RangeQuery.RevisionFilters;
import dev.keelson.storage.mvcc.RangeQuery.SortOrder;
import dev.keelson.storage.mvcc.RangeQuery.SortTarget;
import java.util.List;

/** Between the wire's requests and key-values and the store's. */
public final class WireKeyValues {
  private WireKeyValues() {}

  /** The wire form of a stored key-value; shares its bytes. */
  public static KeyValue of(dev.keelson.storage.mvcc.KeyValue kv) {
    return KeyValue.newBuilder()
        .setKey(WireBytes.of(kv.key()))
        .setCreateRevision(kv.createRevision())
        .setModRevision(kv.modRevision())
        .setVersion(kv.version())
        .setValue(WireBytes.of(kv.value()))
        .setLease(kv.lease())
        .build();
  }

  /** What a checked request asks the store for: its enum values are known. */
  public static RangeQuery queryOf(RangeRequest request) {
    return new RangeQuery(
        KeyRange.of(WireBytes.of(request.getKey()), WireBytes.of(request.getRangeEnd())),
        request.getRevision(),
        request.getLimit(),
        sortOrder(request.getSortOrder()),
        sortTarget(request.getSortTarget()),
        projection(request),
        filters(request));
  }

  /** The response to a range, but for its header. */
  public static RangeResponse.Builder responseOf(RangeOutcome.Found found) {
    var response = RangeResponse.newBuilder().setMore(found.more()).setCount(found.count());
    for (var kv : found.kvs()) {
      response.addKvs(of(kv));
    }
    return response;
  }

  /** The response to a delete, but for its header. */
  public static DeleteRangeResponse.Builder responseOf(
      long deleted, List<dev.keelson.storage.mvcc.KeyValue> previous) {
    var response = DeleteRangeResponse.newBuilder().setDeleted(deleted);
    for (var kv : previous) {
      response.addPrevKvs(of(kv));
    }
    return response;
  }

  private static Projection projection(RangeRequest request) {
    if (request.getCountOnly()) {
      return Projection.COUNT_ONLY; // R9: wins over keys_only
    }
    return request.getKeysOnly() ? Projection.KEYS_ONLY : Projection.FULL;
  }

  private static RevisionFilters filters(RangeRequest request) {
    var filters =
        new RevisionFilters(
            request.getMinModRevision(),
            request.getMaxModRevision(),
            request.getMinCreateRevision(),
            request.getMaxCreateRevision());
    return filters.isActive() ? filters : RevisionFilters.NONE;
  }

  private static SortOrder sortOrder(RangeRequest.SortOrder order) {
    return switch (order) {
      case NONE -> SortOrder.NONE;
      case ASCEND -> SortOrder.ASCEND;
      case DESCEND -> SortOrder.DESCEND;
      case UNRECOGNIZED -> throw new IllegalArgumentException("sort order was not checked");
    };
  }

  private static SortTarget sortTarget(RangeRequest.SortTarget target) {
    return switch (target) {
      case KEY -> SortTarget.KEY;
      case VERSION -> SortTarget.VERSION;
      case CREATE -> SortTarget.CREATE;
      case MOD -> SortTarget.MOD;
      case VALUE -> SortTarget.VALUE;
      case UNRECOGNIZED -> throw new IllegalArgumentException("sort target was not checked");
    };
  }
}
