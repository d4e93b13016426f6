package dev.keelson.conformance.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.api.etcdserverpb.CompactionResponse;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseLeasesResponse;
import dev.keelson.api.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.api.etcdserverpb.LeaseStatus;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.ResponseOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All that may differ between two servers of this API, and between v3.7 and the etcd 3.4 it is
 * compared with. Whatever is not taken out here has to be equal.
 *
 * <p>Some differences are kept away instead, by {@link RandomCommands} never asking: an unknown
 * sort order or target, and an ignore flag after a delete in one txn (Appendix B 1, T23: 3.4 ends);
 * RangeStream (B 3); a watch from a negative revision (B 4); HashKV at the floor (B 8); alarms (B
 * 11). Progress responses (B 5, 6) are passed over by {@link WatchTranscript}.
 */
final class KnownDifferences {
  /** Longer than any run takes, and shorter than any lease of it (RandomCommands) lives. */
  private static final long OLDEST_SECONDS = 3_000;

  private KnownDifferences() {}

  /** What has to be equal of an answer. */
  static Object essence(Command command, Object answer) {
    return switch (answer) {
      case RangeResponse r -> range(((Command.Range) command).request(), r);
      case PutResponse r -> r.toBuilder().setHeader(bare(r.getHeader())).build();
      case DeleteRangeResponse r -> r.toBuilder().setHeader(bare(r.getHeader())).build();
      case TxnResponse r ->
          txn(((Command.Transaction) command).request(), r).toBuilder()
              .setHeader(bare(r.getHeader()))
              .build();
      case CompactionResponse r -> r.toBuilder().setHeader(bare(r.getHeader())).build();
      case HashKVResponse r -> hash(r);
      case LeaseGrantResponse r -> grant(((Command.Grant) command).request().getID(), r);
      case LeaseRevokeResponse r -> r.toBuilder().setHeader(bare(r.getHeader())).build();
      case LeaseTimeToLiveResponse r -> timeToLive(r);
      case LeaseLeasesResponse r -> leases(r);
      case Message other -> throw new IllegalArgumentException("nobody asked for " + other);
      default -> answer;
    };
  }

  /** Cluster, member and term are each server's own. */
  static ResponseHeader bare(ResponseHeader header) {
    return ResponseHeader.newBuilder().setRevision(header.getRevision()).build();
  }

  /**
   * Appendix B 7: 3.4 forgets a delete that a compaction stopped at; v3.7 still tells of it. Which
   * of the two a watcher sees of 3.4 depends on when the compaction runs.
   */
  static boolean mayBeForgotten(Event event, Set<Long> floors) {
    return event.getType() == Event.EventType.DELETE
        && floors.contains(event.getKv().getModRevision());
  }

  /**
   * While no key is left, etcd's hash takes in entries at or below the floor that it otherwise
   * leaves out, if its compaction has not removed them yet: not even two etcds have to agree.
   */
  static boolean hashIsUncertain(Store store) {
    return store.range(new Keys(ByteString.EMPTY).everything().setCountOnly(true)).getCount() == 0;
  }

  private static Object range(RangeRequest request, RangeResponse response) {
    List<KeyValue> kvs = withoutLeases(request, response).getKvsList();
    if (request.getSortTarget() == SortTarget.KEY) {
      return response.toBuilder()
          .setHeader(bare(response.getHeader()))
          .clearKvs()
          .addAllKvs(kvs)
          .build();
    }
    // R11: keys of equal rank come in any order: ranks are compared in order, keys as a set.
    return List.of(
        response.getHeader().getRevision(),
        response.getCount(),
        response.getMore(),
        kvs.stream().map(kv -> rank(request.getSortTarget(), kv)).toList(),
        request.getLimit() > 0 ? Set.of() : Set.copyOf(kvs));
  }

  /** B 2: 3.4 leaves the lease in a keys_only answer. */
  private static RangeResponse withoutLeases(RangeRequest request, RangeResponse response) {
    return request.getKeysOnly()
        ? response.toBuilder()
            .clearKvs()
            .addAllKvs(
                response.getKvsList().stream()
                    .map(kv -> kv.toBuilder().clearLease().build())
                    .toList())
            .build()
        : response;
  }

  /** The same for the ranges of a txn, however deep. */
  private static TxnResponse txn(TxnRequest request, TxnResponse response) {
    List<RequestOp> ops =
        response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
    var essence = response.toBuilder();
    for (int i = 0; i < Math.min(ops.size(), response.getResponsesCount()); i++) {
      ResponseOp inner = response.getResponses(i);
      if (ops.get(i).hasRequestRange()) {
        essence
            .getResponsesBuilder(i)
            .setResponseRange(
                withoutLeases(ops.get(i).getRequestRange(), inner.getResponseRange()));
      } else if (ops.get(i).hasRequestTxn()) {
        essence
            .getResponsesBuilder(i)
            .setResponseTxn(txn(ops.get(i).getRequestTxn(), inner.getResponseTxn()));
      }
    }
    return essence.build();
  }

  private static Object rank(SortTarget target, KeyValue kv) {
    return switch (target) {
      case KEY, UNRECOGNIZED -> kv.getKey();
      case VERSION -> kv.getVersion();
      case CREATE -> kv.getCreateRevision();
      case MOD -> kv.getModRevision();
      case VALUE -> kv.getValue();
    };
  }

  /** B 8: 3.4 has no hash_revision. */
  private static Object hash(HashKVResponse response) {
    return response.toBuilder().setHeader(bare(response.getHeader())).clearHashRevision().build();
  }

  /** L1: an id the server picks is its own. */
  private static Object grant(long asked, LeaseGrantResponse response) {
    var essence = response.toBuilder().setHeader(bare(response.getHeader()));
    return asked == 0 ? essence.clearID().build() : essence.build();
  }

  /** The two servers look at their clocks at different moments; L10: keys come in any order. */
  private static Object timeToLive(LeaseTimeToLiveResponse response) {
    long passed = response.getGrantedTTL() - response.getTTL();
    boolean young = response.getTTL() > 0 && passed >= 0 && passed < OLDEST_SECONDS;
    var sorted = response.getKeysList().stream().map(k -> k.toStringUtf8()).sorted().toList();
    return List.of(
        response.getHeader().getRevision(),
        response.getID(),
        response.getGrantedTTL(),
        young ? "young" : "TTL " + response.getTTL(),
        sorted);
  }

  /** L11: their order is not part of the answer. */
  private static Object leases(LeaseLeasesResponse response) {
    return List.of(
        response.getHeader().getRevision(),
        response.getLeasesList().stream()
            .map(LeaseStatus::getID)
            .sorted(Comparator.naturalOrder())
            .collect(Collectors.toList()));
  }
}
