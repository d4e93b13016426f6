package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/** A set of keys as the API names it (R1, R2, R4). */
public sealed interface KeyRange {

  boolean contains(Bytes key);

  /** One key. */
  record Single(Bytes key) implements KeyRange {
    @Override
    public boolean contains(Bytes candidate) {
      return key.equals(candidate);
    }
  }

  /** Keys {@code [from, to)}; empty if {@code from >= to}. */
  record HalfOpen(Bytes from, Bytes to) implements KeyRange {
    @Override
    public boolean contains(Bytes key) {
      return from.compareTo(key) <= 0 && key.compareTo(to) < 0;
    }
  }

  /** All keys from this one on. */
  record From(Bytes from) implements KeyRange {
    @Override
    public boolean contains(Bytes key) {
      return from.compareTo(key) <= 0;
    }
  }

  /** The range that a request's key and range_end name. */
  static KeyRange of(Bytes key, Bytes rangeEnd) {
    if (rangeEnd.isEmpty()) {
      return new Single(key);
    }
    if (rangeEnd.length() == 1 && rangeEnd.at(0) == 0) {
      return new From(key);
    }
    return new HalfOpen(key, rangeEnd);
  }
}
