package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import java.util.TreeSet;

/** A set of keys that can be asked for its smallest key from some point on. */
final class SortedKeys {
  private final TreeSet<ByteString> keys =
      new TreeSet<>(ByteString.unsignedLexicographicalComparator());

  /** False if it is there already. */
  boolean add(ByteString key) {
    return keys.add(key);
  }

  int size() {
    return keys.size();
  }

  Iterable<ByteString> ascending() {
    return keys;
  }

  boolean intersects(SortedKeys other) {
    if (other.size() < size()) {
      return other.intersects(this);
    }
    return keys.stream().anyMatch(other.keys::contains);
  }

  /** Whether a key lies in {@code [from, to)}. */
  boolean hasKeyIn(ByteString from, ByteString to) {
    var first = keys.ceiling(from);
    return first != null && ByteString.unsignedLexicographicalComparator().compare(first, to) < 0;
  }

  /** Both sets as one; neither may be used any more. */
  SortedKeys join(SortedKeys other) {
    if (other.size() > size()) {
      return other.join(this);
    }
    keys.addAll(other.keys);
    return this;
  }
}
