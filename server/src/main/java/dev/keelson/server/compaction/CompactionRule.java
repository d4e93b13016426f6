package dev.keelson.server.compaction;

import java.util.OptionalLong;

/** When to compact, and to which revision. Owned by one thread. */
interface CompactionRule {
  /** Time between two questions, in nanoseconds. */
  long periodNanos();

  /**
   * The revision to compact to now, if any. Asked of every member, leader or not, so that a new
   * leader knows the past (C12).
   *
   * @param revision R
   */
  OptionalLong due(long nowNanos, long revision);

  /** A compaction to this revision is done, or somebody else has done it. */
  void compacted(long nowNanos, long revision);
}
