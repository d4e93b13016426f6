package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.engine.EngineIterator;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;

/** The state at an earlier revision: of each key the newest version not after it, if a put (M7). */
final class HistoryCandidates implements Candidates {
  // Past this many steps a search is cheaper than walking over a key's other versions.
  private static final int STEPS_BEFORE_SEEK = 4;

  private final EngineReader reader;
  private final EngineIterator entries;
  private final long revision;
  private boolean onEntry;
  private byte[] entry = new byte[0];
  private byte[] value = new byte[0];

  HistoryCandidates(EngineReader reader, KeyRange range, long revision) {
    this.reader = reader;
    this.revision = revision;
    var bounds = ScanBounds.history(range);
    this.entries = reader.iterate(Family.HISTORY, bounds.from().toArray(), bounds.to().toArray());
    this.onEntry = entries.next();
  }

  @Override
  public boolean next() {
    while (onEntry) {
      entry = entries.key();
      if (KeyCodec.historyMain(entry) > revision) {
        skipNewer();
        continue;
      }
      value = entries.value();
      skipOlder();
      if (value.length > 0) {
        return true;
      }
    }
    return false;
  }

  /** To this key's newest version in question, or to another key. */
  private void skipNewer() {
    for (int i = 0; i < STEPS_BEFORE_SEEK; i++) {
      onEntry = entries.next();
      if (!onEntry) {
        return;
      }
      byte[] at = entries.key();
      if (!KeyCodec.isSameKey(at, entry) || KeyCodec.historyMain(at) <= revision) {
        return;
      }
    }
    onEntry = entries.seek(KeyCodec.historySeek(entry, revision));
  }

  private void skipOlder() {
    for (int i = 0; i < STEPS_BEFORE_SEEK; i++) {
      onEntry = entries.next();
      if (!onEntry || !KeyCodec.isSameKey(entries.key(), entry)) {
        return;
      }
    }
    onEntry = entries.seek(KeyCodec.historyEnd(entry));
  }

  @Override
  public Bytes key() {
    return KeyCodec.keyOf(entry);
  }

  @Override
  public Head head() {
    return Head.decode(value);
  }

  @Override
  public KeyValue load(Bytes key, Head head) {
    return StoredValues.load(reader, head);
  }

  @Override
  public void close() {
    entries.close();
  }
}
