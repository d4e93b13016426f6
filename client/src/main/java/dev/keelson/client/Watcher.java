package dev.keelson.client;

/** A watch that is going on. */
public interface Watcher extends AutoCloseable {
  /** Ends it: nothing is told after this returns, but for a call that is already under way. */
  @Override
  void close();
}
