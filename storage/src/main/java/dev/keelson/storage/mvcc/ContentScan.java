package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;

/** Sums that are kept with every change, found by reading all that they are of. */
final class ContentScan {
  private ContentScan() {}

  /** The sum over what the server keeps beside the keys. */
  static long metaHash(EngineReader snapshot) {
    long sum = 0;
    try (var entries = snapshot.iterate(Family.META, MetaKeys.opaqueFrom(), MetaKeys.opaqueTo())) {
      while (entries.next()) {
        var key = MetaKeys.keyOf(entries.key());
        sum += ContentHash.of(key, Bytes.wrap(entries.value()));
      }
    }
    return sum;
  }
}
