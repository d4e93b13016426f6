package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.RangeQuery.SortOrder;
import dev.keelson.storage.mvcc.RangeQuery.SortTarget;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** The store as the specification says it, without any thought of speed: a list of changes. */
final class ModelStore {
  long revision = 1;
  long compactRevision = -1;
  final List<Change> changes = new ArrayList<>();
  final Map<Bytes, Bytes> meta = new HashMap<>();
  final Map<Long, StoredLease> leases = new HashMap<>();

  void apply(Command command) {
    switch (command) {
      case Command.Txn(var ops) -> {
        int before = changes.size();
        ops.forEach(op -> apply(op, before));
        if (changes.size() > before) {
          revision++;
        }
      }
      case Command.Compact(var at) -> {
        if (at > compactRevision && at <= revision) {
          compactRevision = at;
        }
      }
      case Command.Meta(var key, var value) -> meta.put(key, value);
      case Command.Grant(var lease) -> leases.put(lease.id(), lease);
      case Command.Revoke(var lease) -> {
        leases.remove(lease);
        revision += lease != 0 && revoke(lease) ? 1 : 0; // 0 is no lease
      }
    }
  }

  private void apply(Command.Op op, int before) {
    switch (op) {
      case Command.Op.Put(var key, var value, var lease) -> put(key, value, lease, before);
      case Command.Op.Delete(var range) -> delete(range, before);
      case Command.Op.Read _ -> {}
    }
  }

  KeyValue put(Bytes key, Bytes value, long lease, int before) {
    long main = revision + 1;
    var old = state(Long.MAX_VALUE).get(key);
    var kv =
        old == null
            ? new KeyValue(key, main, main, 1, value, lease)
            : new KeyValue(key, old.createRevision(), main, old.version() + 1, value, lease);
    changes.add(new Change.Put(new Revision(main, changes.size() - before), kv));
    return kv;
  }

  List<KeyValue> delete(KeyRange range, int before) {
    var gone =
        state(Long.MAX_VALUE).values().stream().filter(kv -> range.contains(kv.key())).toList();
    for (var kv : gone) {
      var at = new Revision(revision + 1, changes.size() - before);
      changes.add(new Change.Delete(at, kv.key()));
    }
    return gone;
  }

  /** L12. */
  List<Bytes> attached(long lease) {
    return state(Long.MAX_VALUE).values().stream()
        .filter(kv -> kv.lease() == lease)
        .map(KeyValue::key)
        .toList();
  }

  /** L4; whether there was a key to delete. */
  boolean revoke(long lease) {
    int before = changes.size();
    attached(lease).forEach(key -> delete(new KeyRange.Single(key), before));
    return changes.size() > before;
  }

  /** M7. */
  NavigableMap<Bytes, KeyValue> state(long at) {
    var state = new TreeMap<Bytes, KeyValue>();
    for (var change : changes) {
      if (change.revision().main() <= at) {
        switch (change) {
          case Change.Put(_, var kv) -> state.put(kv.key(), kv);
          case Change.Delete(_, var key) -> state.remove(key);
        }
      }
    }
    return state;
  }

  /** The last change of each key up to a revision. */
  Map<Bytes, Change> newest(long at) {
    var newest = new HashMap<Bytes, Change>();
    for (var change : changes) {
      if (change.revision().main() <= at) {
        newest.put(change.key(), change);
      }
    }
    return newest;
  }

  /** C5: what a finished compaction leaves, in revision order. */
  List<Change> retained() {
    var newest = newest(compactRevision);
    return changes.stream()
        .filter(
            change ->
                change.revision().main() > compactRevision
                    || (change instanceof Change.Put && change.equals(newest.get(change.key())))
                    || (change instanceof Change.Delete
                        && change.revision().main() == compactRevision))
        .toList();
  }

  /** C13. */
  long hash(long at, long floor) {
    var crc = new CRC32C();
    crc.update(new byte[] {'k', 'e', 'y'});
    var newest = newest(at);
    for (var change : changes) {
      var revisionOf = change.revision();
      boolean kept = change instanceof Change.Put && change.equals(newest.get(change.key()));
      if (revisionOf.main() > at || (revisionOf.main() <= floor && !kept)) {
        continue;
      }
      var key =
          ByteBuffer.allocate(17)
              .putLong(revisionOf.main())
              .put((byte) '_')
              .putLong(revisionOf.sub());
      crc.update(key.flip());
      switch (change) {
        case Change.Put(_, var kv) -> crc.update(KeyValueCodec.encode(kv));
        case Change.Delete(_, var deleted) -> {
          crc.update('t');
          crc.update(KeyValueCodec.encode(ChangeCodec.tombstone(deleted)));
        }
      }
    }
    return crc.getValue();
  }

  /** What a range read must hold. Order among equals is free: so are which of them a limit cuts. */
  record Expected(List<KeyValue> sorted, boolean more, long count, int size) {}

  /** Section 2, in the order of its rules. */
  Expected range(RangeQuery query, long at) {
    var candidates =
        state(at).values().stream().filter(kv -> query.range().contains(kv.key())).toList();
    long count = candidates.size();
    if (query.projection() == Projection.COUNT_ONLY) {
      return new Expected(List.of(), false, count, 0);
    }
    var order = order(query);
    Stream<KeyValue> considered = candidates.stream();
    boolean cutsFirst =
        query.order() == SortOrder.NONE
            && query.target() != SortTarget.KEY
            && query.limit() > 0
            && !query.filters().isActive();
    if (cutsFirst) {
      considered = considered.limit(query.limit() + 1);
    }
    var f = query.filters();
    var sorted =
        considered
            .filter(kv -> f.maxMod() == 0 || kv.modRevision() <= f.maxMod())
            .filter(kv -> f.minMod() == 0 || kv.modRevision() >= f.minMod())
            .filter(kv -> f.maxCreate() == 0 || kv.createRevision() <= f.maxCreate())
            .filter(kv -> f.minCreate() == 0 || kv.createRevision() >= f.minCreate())
            .sorted(order)
            .toList();
    boolean more = query.limit() > 0 && sorted.size() > query.limit();
    return new Expected(sorted, more, count, more ? (int) query.limit() : sorted.size());
  }

  static Comparator<KeyValue> order(RangeQuery query) {
    Comparator<KeyValue> ascending =
        switch (query.target()) {
          case KEY -> Comparator.comparing(KeyValue::key);
          case VERSION -> Comparator.comparingLong(KeyValue::version);
          case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
          case MOD -> Comparator.comparingLong(KeyValue::modRevision);
          case VALUE -> Comparator.comparing(KeyValue::value);
        };
    return query.order() == SortOrder.DESCEND ? ascending.reversed() : ascending;
  }

  Optional<Bytes> meta(Bytes key) {
    return Optional.ofNullable(meta.get(key));
  }
}
