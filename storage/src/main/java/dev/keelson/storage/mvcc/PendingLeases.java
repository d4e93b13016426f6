package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Leases and attachments: what the engine holds, under what this batch has changed. A batch in
 * which no lease takes part costs nothing here.
 */
final class PendingLeases {
  private final EngineReader engine;
  private final Map<Long, Fate> records = new TreeMap<>();
  private final Map<Long, Map<Bytes, Boolean>> attachments = new TreeMap<>();

  /** What a lease's record has become. */
  private sealed interface Fate {
    record Written(StoredLease lease) implements Fate {}

    record Deleted() implements Fate {}
  }

  PendingLeases(EngineReader engine) {
    this.engine = engine;
  }

  boolean isEmpty() {
    return records.isEmpty() && attachments.isEmpty();
  }

  /** Whether a lease came, went or was changed. */
  boolean recordsChanged() {
    return !records.isEmpty();
  }

  Optional<StoredLease> find(long id) {
    var fate = records.get(id);
    return switch (fate) {
      case null -> stored(engine, id);
      case Fate.Written(var lease) -> Optional.of(lease);
      case Fate.Deleted() -> Optional.empty();
    };
  }

  static Optional<StoredLease> stored(EngineReader reader, long id) {
    byte[] key = LeaseCodec.recordKey(id);
    return reader.get(Family.LEASES, key).map(value -> LeaseCodec.decode(key, value));
  }

  void put(StoredLease lease) {
    records.put(lease.id(), new Fate.Written(lease));
  }

  void delete(long id) {
    records.put(id, new Fate.Deleted());
  }

  /** U6: the last put of a key decides; 0 is no lease. */
  void move(Bytes key, long from, long to) {
    if (from == to) {
      return;
    }
    if (from != 0) {
      attachmentsOf(from).put(key, false);
    }
    if (to != 0) {
      attachmentsOf(to).put(key, true);
    }
  }

  private Map<Bytes, Boolean> attachmentsOf(long lease) {
    return attachments.computeIfAbsent(lease, _ -> new HashMap<>());
  }

  /** The keys of a lease as of now, own changes included, ascending. */
  NavigableSet<Bytes> keysOf(long lease) {
    var keys = new TreeSet<Bytes>(storedKeys(engine, lease));
    attachments
        .getOrDefault(lease, Map.of())
        .forEach(
            (key, attached) -> {
              if (attached) {
                keys.add(key);
              } else {
                keys.remove(key);
              }
            });
    return keys;
  }

  /** The keys of a lease as a reader of the engine sees them, ascending. */
  static List<Bytes> storedKeys(EngineReader reader, long lease) {
    var keys = new ArrayList<Bytes>();
    try (var entries =
        reader.iterate(
            Family.LEASES, LeaseCodec.attachmentsFrom(lease), LeaseCodec.attachmentsTo(lease))) {
      while (entries.next()) {
        keys.add(LeaseCodec.attachedKey(entries.key()));
      }
    }
    return keys;
  }

  static void forEachStored(EngineReader reader, Consumer<StoredLease> action) {
    try (var entries =
        reader.iterate(Family.LEASES, LeaseCodec.RECORDS_FROM, LeaseCodec.RECORDS_TO)) {
      while (entries.next()) {
        action.accept(LeaseCodec.decode(entries.key(), entries.value()));
      }
    }
  }

  void writeTo(EngineBatch batch) {
    records.forEach(
        (id, fate) -> {
          switch (fate) {
            case Fate.Written(var lease) ->
                batch.put(Family.LEASES, LeaseCodec.recordKey(id), LeaseCodec.encode(lease));
            case Fate.Deleted() -> batch.delete(Family.LEASES, LeaseCodec.recordKey(id));
          }
        });
    attachments.forEach((lease, keys) -> keys.forEach((key, on) -> write(batch, lease, key, on)));
  }

  private static void write(EngineBatch batch, long lease, Bytes key, boolean attached) {
    byte[] entry = LeaseCodec.attachmentKey(lease, key);
    if (attached) {
      batch.put(Family.LEASES, entry, new byte[0]);
    } else {
      batch.delete(Family.LEASES, entry);
    }
  }

  void clear() {
    if (!isEmpty()) {
      records.clear();
      attachments.clear();
    }
  }
}
