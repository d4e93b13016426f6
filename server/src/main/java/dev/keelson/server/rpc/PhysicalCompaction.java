package dev.keelson.server.rpc;

/** The removal of what a compaction has given up, which goes on behind it. Thread-safe. */
@FunctionalInterface
public interface PhysicalCompaction {
  /**
   * Calls back once this member has removed everything that a compaction at this revision, or at an
   * earlier one, has given up, and has that on disk; at once if it has already (C4).
   *
   * @param done must not block; runs on any thread
   */
  void await(long revision, Runnable done);
}
