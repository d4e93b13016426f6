package dev.keelson.storage.mvcc.engine;

/** The engine between two batches. Thread-safe; closed once, after all its iterators. */
public interface EngineSnapshot extends EngineReader, AutoCloseable {
  @Override
  void close();
}
