package dev.keelson.server.apply;

import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.Compare.CompareTarget;
import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import java.util.List;

/** Judges a transaction's compares against the state before it (T1 to T7). */
final class CompareEvaluator {
  private final KvReader state;

  CompareEvaluator(KvReader state) {
    this.state = state;
  }

  boolean allHold(List<Compare> compares) {
    for (var compare : compares) {
      if (!holds(compare)) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(Compare compare) {
    var key = WireBytes.of(compare.getKey());
    if (compare.getRangeEnd().isEmpty()) {
      return state.get(key).map(kv -> holds(compare, kv)).orElseGet(() -> holdsAbsent(compare));
    }
    var range = KeyRange.of(key, WireBytes.of(compare.getRangeEnd()));
    var query = RangeQuery.all(range).withProjection(projection(compare.getTarget()));
    var kvs = KvReader.found(state.range(query)).kvs();
    if (kvs.isEmpty()) {
      return holdsAbsent(compare); // T5
    }
    return kvs.stream().allMatch(kv -> holds(compare, kv));
  }

  /** A key that is not there counts as all zeros (T2), except that no value matches it (T3). */
  private static boolean holdsAbsent(Compare compare) {
    if (compare.getTarget() == CompareTarget.VALUE) {
      return false;
    }
    return holds(compare, new KeyValue(Bytes.EMPTY, 0, 0, 0, Bytes.EMPTY, 0));
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    // T6: a member of the union that does not fit the target reads as 0 or empty.
    int order =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(kv.version(), compare.getVersion());
          case CREATE -> Long.compare(kv.createRevision(), compare.getCreateRevision());
          case MOD -> Long.compare(kv.modRevision(), compare.getModRevision());
          case VALUE -> kv.value().compareTo(WireBytes.of(compare.getValue()));
          case LEASE -> Long.compare(kv.lease(), compare.getLease());
          case UNRECOGNIZED -> 0;
        };
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case NOT_EQUAL -> order != 0;
      case UNRECOGNIZED -> true;
    };
  }

  /** Values are read only where they are compared; keys alone do not carry the lease (R14). */
  private static Projection projection(CompareTarget target) {
    return switch (target) {
      case VALUE, LEASE -> Projection.FULL;
      case VERSION, CREATE, MOD, UNRECOGNIZED -> Projection.KEYS_ONLY;
    };
  }
}
