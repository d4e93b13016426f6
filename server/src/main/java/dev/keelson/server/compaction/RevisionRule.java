package dev.keelson.server.compaction;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Keeps a number of revisions, looking every five minutes (C11). */
final class RevisionRule implements CompactionRule {
  private final long retention;
  private long lastRevision;

  RevisionRule(long retention) {
    this.retention = retention;
  }

  @Override
  public long periodNanos() {
    return TimeUnit.MINUTES.toNanos(5);
  }

  @Override
  public OptionalLong due(long nowNanos, long revision) {
    long target = revision - retention;
    return target <= 0 || target == lastRevision ? OptionalLong.empty() : OptionalLong.of(target);
  }

  @Override
  public void compacted(long nowNanos, long revision) {
    lastRevision = revision;
  }
}
