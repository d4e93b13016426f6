package dev.keelson.storage.mvcc.engine;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A RocksDB iterator that knows its bounds. */
final class RocksCursor implements EngineIterator {
  private final ReadOptions options;
  private final Slice upperBound;
  private final RocksIterator iterator;
  private final byte[] from;
  private boolean started;

  RocksCursor(RocksEngine engine, Family family, ReadOptions base, byte[] from, byte[] to) {
    this.from = from;
    this.upperBound = new Slice(to);
    this.options = new ReadOptions(base);
    if (to.length > 0) {
      options.setIterateUpperBound(upperBound);
    }
    this.iterator = engine.db().newIterator(engine.handle(family), options);
  }

  @Override
  public boolean next() {
    if (started) {
      iterator.next();
      return isValid();
    }
    return seek(from);
  }

  @Override
  public boolean seek(byte[] key) {
    started = true;
    iterator.seek(key);
    return isValid();
  }

  private boolean isValid() {
    if (iterator.isValid()) {
      return true;
    }
    try {
      iterator.status();
      return false;
    } catch (RocksDBException e) {
      throw new EngineException("scan failed: " + e.getMessage(), e);
    }
  }

  @Override
  public byte[] key() {
    return iterator.key();
  }

  @Override
  public byte[] value() {
    return iterator.value();
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    upperBound.close();
  }
}
