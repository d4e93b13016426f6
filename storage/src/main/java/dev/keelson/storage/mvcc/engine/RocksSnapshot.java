package dev.keelson.storage.mvcc.engine;

import java.util.Optional;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/** A snapshot with the read options that carry it; both are shared by all its readers. */
final class RocksSnapshot implements EngineSnapshot {
  private final RocksEngine engine;
  private final Snapshot snapshot;
  private final ReadOptions options;

  /**
   * Takes over one use of the engine.
   *
   * @param fillsCache whether blocks that are read stay in memory
   */
  RocksSnapshot(RocksEngine engine, boolean fillsCache) {
    this.engine = engine;
    this.snapshot = engine.db().getSnapshot();
    this.options = new ReadOptions().setSnapshot(snapshot).setFillCache(fillsCache);
  }

  @Override
  public Optional<byte[]> get(Family family, byte[] key) {
    return engine.getAt(family, key, options);
  }

  @Override
  public EngineIterator iterate(Family family, byte[] from, byte[] to) {
    return new RocksCursor(engine, family, options, from, to);
  }

  @Override
  public void close() {
    options.close();
    engine.db().releaseSnapshot(snapshot);
    engine.release();
  }
}
