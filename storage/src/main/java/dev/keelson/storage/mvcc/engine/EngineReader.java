package dev.keelson.storage.mvcc.engine;

import java.util.Optional;

/** Reads of an engine, newest or as of a snapshot. Arrays handed out belong to the caller. */
public interface EngineReader {
  Optional<byte[]> get(Family family, byte[] key);

  /**
   * The entries with {@code from <= key < to} in ascending order, as of now. The iterator starts
   * before the first; it is closed before this reader is.
   *
   * @param to empty for no upper bound
   */
  EngineIterator iterate(Family family, byte[] from, byte[] to);
}
