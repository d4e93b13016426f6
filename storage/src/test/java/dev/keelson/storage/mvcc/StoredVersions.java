package dev.keelson.storage.mvcc;

import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;

/** Looks behind the store. */
final class StoredVersions {
  private StoredVersions() {}

  /** Versions in the history, of all keys. */
  static int count(EngineReader reader) {
    int count = 0;
    try (var versions = reader.iterate(Family.HISTORY, new byte[0], new byte[0])) {
      while (versions.next()) {
        count++;
      }
    }
    return count;
  }
}
