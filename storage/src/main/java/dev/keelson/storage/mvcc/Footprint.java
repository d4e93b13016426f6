package dev.keelson.storage.mvcc;

/**
 * What a version takes in the store, by a measure that depends on the version alone: the same when
 * it is written and when it is removed, and on every member.
 */
final class Footprint {
  /** Revision, head and index entry of one version. */
  private static final int RECORD_BYTES = 64;

  private Footprint() {}

  /** A put: its key lies in the change, in the history and among the newest. */
  static long of(int keyBytes, int wireBytes) {
    return RECORD_BYTES + 2L * keyBytes + wireBytes;
  }

  static long ofTombstone(int keyBytes) {
    return RECORD_BYTES + 2L * keyBytes;
  }
}
