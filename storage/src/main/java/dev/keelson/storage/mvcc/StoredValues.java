package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.InvariantViolation;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import java.util.Optional;

/** Fetches versions from where their values are. */
final class StoredValues {
  private StoredValues() {}

  /** The newest version of a key, if it is visible. */
  static Optional<Head> head(EngineReader reader, Bytes key) {
    return reader.get(Family.LATEST, key.toArray()).map(Head::decode);
  }

  /** As below, without a look into the engine if the cache holds this very version. */
  static KeyValue load(EngineReader reader, LatestCache cache, Bytes key, Head head) {
    var cached = cache.find(key);
    return cached.isPresent() && cached.get().head().equals(head)
        ? cached.get().kv()
        : load(reader, head);
  }

  static KeyValue load(EngineReader reader, Head head) {
    byte[] change = KeyCodec.changeKey(head.main(), head.sub());
    var stored = reader.get(Family.CHANGES, change);
    if (stored.isEmpty()) {
      throw new InvariantViolation(
          "revision " + head.main() + "." + head.sub() + " is visible but not stored");
    }
    return ChangeCodec.keyValue(stored.get());
  }
}
