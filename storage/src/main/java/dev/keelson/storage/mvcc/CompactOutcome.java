package dev.keelson.storage.mvcc;

/** What became of a request to compact (C1, C2). */
public sealed interface CompactOutcome {
  /** C is this revision once the batch is committed; removal follows. */
  record Scheduled(long revision) implements CompactOutcome {}

  /** The revision is not above C. */
  record Compacted(long compactRevision) implements CompactOutcome {}

  /** The revision is not written yet. */
  record Future(long currentRevision) implements CompactOutcome {}
}
