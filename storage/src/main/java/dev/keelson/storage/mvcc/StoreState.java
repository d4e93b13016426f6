package dev.keelson.storage.mvcc;

import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;

/**
 * What is written with every batch (anchor 4): how far the log is applied, and all that would
 * otherwise have to be found by reading everything.
 *
 * @param revision R; kept apart from the changes, as the newest may be a tombstone that compaction
 *     removes (M8)
 * @param compactRevision C, or {@link #NEVER_COMPACTED}
 * @param writtenBytes {@link Footprint} of all versions ever written, those removed since included
 * @param window the changes since the members' states were last compared
 */
record StoreState(
    LogPosition applied,
    long revision,
    long compactRevision,
    long writtenBytes,
    Totals totals,
    Window window) {
  /** M1: the floor of a store that was never compacted. */
  static final long NEVER_COMPACTED = -1;

  private static final byte FORMAT = 3;

  /** Has no window, and what the server keeps beside the keys is not in its hash. */
  private static final byte FORMAT_WITHOUT_WINDOW = 2;

  private static final int ENCODED_BYTES = 1 + 10 * Long.BYTES;

  /** M1. */
  static final StoreState FRESH =
      new StoreState(LogPosition.ZERO, 1, NEVER_COMPACTED, 0, Totals.ZERO, new Window(0, 0));

  /**
   * A chain over all changes after an entry, in their order: it tells apart histories that led to
   * the same keys.
   *
   * @param sinceIndex {@link #UNKNOWN} if the changes before the first known one are not in it
   */
  record Window(long sinceIndex, long hash) {
    static final long UNKNOWN = -1;
  }

  /**
   * Sums over the visible keys, and for the hash over the leases too.
   *
   * @param bytes of the encoded KeyValues
   * @param contentHash the same on every member at the same applied position (DV-hash)
   */
  record Totals(long keys, long bytes, long contentHash) {
    static final Totals ZERO = new Totals(0, 0, 0);

    Totals plus(Head head) {
      return new Totals(keys + 1, bytes + head.wireBytes(), contentHash + ContentHash.of(head));
    }

    Totals minus(Head head) {
      return new Totals(keys - 1, bytes - head.wireBytes(), contentHash - ContentHash.of(head));
    }

    Totals plus(StoredLease lease) {
      return plusHash(ContentHash.of(lease));
    }

    Totals minus(StoredLease lease) {
      return plusHash(-ContentHash.of(lease));
    }

    Totals plusHash(long difference) {
      return new Totals(keys, bytes, contentHash + difference);
    }
  }

  /** With hashes of what the server keeps beside the keys, which an older format left out. */
  StoreState plusMetaHash(long hash) {
    return new StoreState(
        applied, revision, compactRevision, writtenBytes, totals.plusHash(hash), window);
  }

  /** All of the state as one number. */
  StateHash hash() {
    long counters = ContentHash.scramble(revision) + 31 * compactRevision;
    long content = totals.contentHash() ^ ContentHash.scramble(window.hash);
    return new StateHash(
        ContentHash.VERSION, window.sinceIndex, ContentHash.scramble(content) + counters);
  }

  byte[] encode() {
    byte[] encoded = new byte[ENCODED_BYTES];
    encoded[0] = FORMAT;
    long[] fields = {
      applied.term(),
      applied.index(),
      revision,
      compactRevision,
      writtenBytes,
      totals.keys(),
      totals.bytes(),
      totals.contentHash(),
      window.sinceIndex,
      window.hash
    };
    for (int i = 0; i < fields.length; i++) {
      for (int j = 0; j < Long.BYTES; j++) {
        encoded[1 + i * Long.BYTES + j] = (byte) (fields[i] >>> (56 - 8 * j));
      }
    }
    return encoded;
  }

  /** Whether {@link #plusMetaHash} has yet to make this record complete. */
  static boolean lacksMetaHash(byte[] encoded) {
    return encoded[0] == FORMAT_WITHOUT_WINDOW;
  }

  static StoreState decode(byte[] encoded) {
    var cursor = new ByteCursor(encoded, 0, encoded.length);
    byte format = cursor.next();
    Invariant.check(
        format == FORMAT || format == FORMAT_WITHOUT_WINDOW,
        "the store has format %d, this program knows %d",
        format,
        FORMAT);
    return new StoreState(
        new LogPosition(cursor.fixed64(), cursor.fixed64()),
        cursor.fixed64(),
        cursor.fixed64(),
        cursor.fixed64(),
        new Totals(cursor.fixed64(), cursor.fixed64(), cursor.fixed64()),
        format == FORMAT
            ? new Window(cursor.fixed64(), cursor.fixed64())
            : new Window(Window.UNKNOWN, 0));
  }
}
