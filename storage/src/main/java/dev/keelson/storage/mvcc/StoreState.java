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
 */
record StoreState(
    LogPosition applied, long revision, long compactRevision, long writtenBytes, Totals totals) {
  /** M1: the floor of a store that was never compacted. */
  static final long NEVER_COMPACTED = -1;

  private static final byte FORMAT = 2;
  private static final int ENCODED_BYTES = 1 + 8 * Long.BYTES;

  /** M1. */
  static final StoreState FRESH =
      new StoreState(LogPosition.ZERO, 1, NEVER_COMPACTED, 0, Totals.ZERO);

  /**
   * Sums over the visible keys, and for the hash over the leases too.
   *
   * @param bytes of the encoded KeyValues
   * @param contentHash the same on every member at the same applied position (DV-hash)
   */
  record Totals(long keys, long bytes, long contentHash) {
    static final Totals ZERO = new Totals(0, 0, 0);

    Totals plus(Head head) {
      return new Totals(keys + 1, bytes + head.wireBytes(), contentHash + mix(head));
    }

    Totals minus(Head head) {
      return new Totals(keys - 1, bytes - head.wireBytes(), contentHash - mix(head));
    }

    Totals plus(StoredLease lease) {
      return new Totals(keys, bytes, contentHash + mix(lease));
    }

    Totals minus(StoredLease lease) {
      return new Totals(keys, bytes, contentHash - mix(lease));
    }

    private static long mix(StoredLease lease) {
      long times = lease.ttlSeconds() * 31 + lease.remainingSeconds();
      return scramble(scramble(lease.id()) ^ scramble(times) + lease.epoch());
    }

    // A sum does not ask for an order; mixing keeps equal changes of two checksums from cancelling.
    private static long mix(Head head) {
      return scramble(
          ((long) head.checksum() << 32) ^ head.main() * 0x9e3779b97f4a7c15L + head.sub());
    }

    private static long scramble(long number) {
      long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      return mixed ^ (mixed >>> 31);
    }
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
      totals.contentHash()
    };
    for (int i = 0; i < fields.length; i++) {
      for (int j = 0; j < Long.BYTES; j++) {
        encoded[1 + i * Long.BYTES + j] = (byte) (fields[i] >>> (56 - 8 * j));
      }
    }
    return encoded;
  }

  static StoreState decode(byte[] encoded) {
    var cursor = new ByteCursor(encoded, 0, encoded.length);
    byte format = cursor.next();
    Invariant.check(
        format == FORMAT, "the store has format %d, this program knows %d", format, FORMAT);
    return new StoreState(
        new LogPosition(cursor.fixed64(), cursor.fixed64()),
        cursor.fixed64(),
        cursor.fixed64(),
        cursor.fixed64(),
        new Totals(cursor.fixed64(), cursor.fixed64(), cursor.fixed64()));
  }
}
