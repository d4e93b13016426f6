package dev.keelson.storage.mvcc;

/** What HashKV answers (C13). */
public sealed interface HashOutcome {
  /**
   * The hash of the store at a revision.
   *
   * @param hash unsigned 32 bits
   * @param compactRevision the C it was taken with, -1 if none: hashes are equal on two members
   *     only if this is equal too
   * @param currentRevision R, for the header
   */
  record Hashed(long hash, long compactRevision, long hashRevision, long currentRevision)
      implements HashOutcome {

    /** The same hash in an answer given at another R. */
    Hashed seenAt(long revision) {
      return new Hashed(hash, compactRevision, hashRevision, revision);
    }
  }

  /** The revision lies below C. */
  record Compacted(long compactRevision, long currentRevision) implements HashOutcome {}

  /** The revision is not written yet. */
  record Future(long currentRevision) implements HashOutcome {}
}
