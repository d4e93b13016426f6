package dev.keelson.storage.mvcc;

import dev.keelson.storage.mvcc.engine.EngineIterator;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * HashKV (C13). Of what lies at or below C only the puts count that are still visible at the hashed
 * revision: these a compaction keeps, whether or not removal has come to the others yet.
 */
final class StoreHash implements AutoCloseable {
  private static final byte REVISION_SEPARATOR = 0x5f;
  private static final byte TOMBSTONE = 0x74;

  private final CRC32C crc = new CRC32C();
  // main, separator, sub: as the wire's reference implementation keeps revisions.
  private final ByteBuffer revision = ByteBuffer.allocate(2 * Long.BYTES + 1);
  private final EngineReader reader;
  private final EngineIterator history;
  private final long compactRevision;
  private final long hashRevision;

  private StoreHash(EngineReader reader, long compactRevision, long hashRevision) {
    this.reader = reader;
    this.history = reader.iterate(Family.HISTORY, new byte[0], new byte[0]);
    this.compactRevision = compactRevision;
    this.hashRevision = hashRevision;
    crc.update("key".getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Hashes a snapshot.
   *
   * @param compactRevision C, -1 if none
   */
  static HashOutcome.Hashed of(
      EngineReader snapshot, long currentRevision, long compactRevision, long hashRevision) {
    byte[] from = KeyCodec.changeKey(0, 0);
    byte[] to = KeyCodec.changeKey(hashRevision + 1, 0);
    try (var hash = new StoreHash(snapshot, compactRevision, hashRevision);
        var changes = snapshot.iterate(Family.CHANGES, from, to)) {
      while (changes.next()) {
        hash.add(changes.key(), changes.value());
      }
      return new HashOutcome.Hashed(
          hash.crc.getValue(), compactRevision, hashRevision, currentRevision);
    }
  }

  private void add(byte[] change, byte[] stored) {
    long main = KeyCodec.changeMain(change);
    int sub = KeyCodec.changeSub(change);
    boolean tombstone = ChangeCodec.isDelete(stored);
    if (main <= compactRevision && (tombstone || isReplaced(stored, main, sub))) {
      return;
    }
    revision.clear().putLong(main).put(REVISION_SEPARATOR).putLong(sub);
    crc.update(revision.flip());
    if (tombstone) {
      crc.update(TOMBSTONE);
    }
    crc.update(stored, ChangeCodec.TYPE_BYTES, stored.length - ChangeCodec.TYPE_BYTES);
  }

  /** Whether a put is not its key's newest change at the hashed revision. */
  private boolean isReplaced(byte[] stored, long main, int sub) {
    var key = ChangeCodec.keyValue(stored).key();
    var latest = StoredValues.head(reader, key);
    if (latest.isPresent() && latest.get().main() <= hashRevision) {
      return latest.get().main() != main || latest.get().sub() != sub;
    }
    byte[] newest = KeyCodec.historySeek(KeyCodec.historyKey(key, main, sub), hashRevision);
    boolean found = history.seek(newest);
    return !found
        || KeyCodec.historyMain(history.key()) != main
        || KeyCodec.historySub(history.key()) != sub;
  }

  @Override
  public void close() {
    history.close();
  }
}
