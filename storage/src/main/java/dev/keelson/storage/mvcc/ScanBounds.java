package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/**
 * A range as an engine scans it.
 *
 * @param to exclusive; empty for no bound
 */
record ScanBounds(Bytes from, Bytes to) {

  /** R4: such a range names no key. An engine would take some of them for an open end. */
  static boolean isEmpty(KeyRange range) {
    return range instanceof KeyRange.HalfOpen(var from, var to) && from.compareTo(to) >= 0;
  }

  static ScanBounds latest(KeyRange range) {
    return switch (range) {
      case KeyRange.Single(var key) -> new ScanBounds(key, after(key));
      case KeyRange.HalfOpen(var from, var to) -> new ScanBounds(from, to);
      case KeyRange.From(var from) -> new ScanBounds(from, Bytes.EMPTY);
    };
  }

  static ScanBounds history(KeyRange range) {
    var bounds = latest(range);
    return new ScanBounds(
        Bytes.wrap(KeyCodec.historyBound(bounds.from)),
        Bytes.wrap(KeyCodec.historyBound(bounds.to)));
  }

  /** The least key above. */
  static Bytes after(Bytes key) {
    byte[] next = new byte[key.length() + 1];
    System.arraycopy(key.backingArray(), key.backingOffset(), next, 0, key.length());
    return Bytes.wrap(next);
  }
}
