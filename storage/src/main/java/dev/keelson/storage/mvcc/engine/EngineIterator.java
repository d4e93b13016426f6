package dev.keelson.storage.mvcc.engine;

/** A walk over a range, by one thread. {@link #key} and {@link #value} need a true before them. */
public interface EngineIterator extends AutoCloseable {
  /** Moves on; false at the end. The first call goes to the first entry. */
  boolean next();

  /** Moves on to the first entry at or after the key, which lies in the range. */
  boolean seek(byte[] key);

  byte[] key();

  byte[] value();

  @Override
  void close();
}
