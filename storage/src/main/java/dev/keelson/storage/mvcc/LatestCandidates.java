package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.engine.EngineIterator;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;

/** The newest state: one small entry per visible key, whatever its history. */
final class LatestCandidates implements Candidates {
  private final EngineReader reader;
  private final LatestCache cache;
  private final EngineIterator entries;

  LatestCandidates(EngineReader reader, LatestCache cache, KeyRange range) {
    this.reader = reader;
    this.cache = cache;
    var bounds = ScanBounds.latest(range);
    this.entries = reader.iterate(Family.LATEST, bounds.from().toArray(), bounds.to().toArray());
  }

  @Override
  public boolean next() {
    return entries.next();
  }

  @Override
  public Bytes key() {
    return Bytes.wrap(entries.key());
  }

  @Override
  public Head head() {
    return Head.decode(entries.value());
  }

  @Override
  public KeyValue load(Bytes key, Head head) {
    return StoredValues.load(reader, cache, key, head);
  }

  @Override
  public void close() {
    entries.close();
  }
}
