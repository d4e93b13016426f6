package dev.keelson.server.auth;

import dev.keelson.raft.Bytes;

/**
 * Keys from one on up to another, which is none of them; as requests and permissions name them
 * (AU37).
 *
 * @param open whether there is no upper end; {@code to} is empty then
 */
record KeySpan(Bytes from, Bytes to, boolean open) {
  private static final Bytes ZERO = Bytes.wrap(new byte[1]);

  /** The keys that a key and the end of its range stand for. */
  static KeySpan of(Bytes key, Bytes rangeEnd) {
    if (rangeEnd.equals(ZERO)) {
      return new KeySpan(key, Bytes.EMPTY, true);
    }
    // A range that ends before it begins has no keys; it asks for the right to the first.
    return rangeEnd.compareTo(key) > 0
        ? new KeySpan(key, rangeEnd, false)
        : new KeySpan(key, after(key), false);
  }

  /** The key that follows, of all there could be. */
  private static Bytes after(Bytes key) {
    byte[] next = new byte[key.length() + 1];
    System.arraycopy(key.backingArray(), key.backingOffset(), next, 0, key.length());
    return Bytes.wrap(next);
  }

  /** Whether nothing lies between this one and another that begins no earlier. */
  boolean reaches(KeySpan later) {
    return open || later.from.compareTo(to) <= 0;
  }

  boolean contains(KeySpan other) {
    return from.compareTo(other.from) <= 0 && !endsBefore(other);
  }

  private boolean endsBefore(KeySpan other) {
    return !open && (other.open || to.compareTo(other.to) < 0);
  }

  /** Both, where the other begins no earlier and this one reaches it. */
  KeySpan joinedWith(KeySpan later) {
    return endsBefore(later) ? new KeySpan(from, later.to, later.open) : this;
  }
}
