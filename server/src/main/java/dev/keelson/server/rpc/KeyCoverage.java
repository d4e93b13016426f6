package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.TreeMap;

/** The keys that some deletes reach, kept as disjoint intervals. */
final class KeyCoverage {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** End, exclusive, by start. */
  private final TreeMap<ByteString, ByteString> intervals = new TreeMap<>(ORDER);

  /** A delete's range as the API names it; one without an upper bound never counts (T19). */
  void add(ByteString key, ByteString rangeEnd) {
    if (rangeEnd.isEmpty()) {
      cover(key, key.concat(ZERO));
    } else if (!rangeEnd.equals(ZERO)) {
      cover(key, rangeEnd);
    }
  }

  boolean contains(ByteString key) {
    var interval = intervals.floorEntry(key);
    return interval != null && ORDER.compare(key, interval.getValue()) < 0;
  }

  boolean containsAny(SortedKeys keys) {
    if (intervals.size() < keys.size()) {
      return intervals.entrySet().stream()
          .anyMatch(interval -> keys.hasKeyIn(interval.getKey(), interval.getValue()));
    }
    for (var key : keys.ascending()) {
      if (contains(key)) {
        return true;
      }
    }
    return false;
  }

  /** Both as one; neither may be used any more. */
  KeyCoverage join(KeyCoverage other) {
    if (other.intervals.size() > intervals.size()) {
      return other.join(this);
    }
    other.intervals.forEach(this::cover);
    return this;
  }

  private void cover(ByteString from, ByteString to) {
    if (ORDER.compare(from, to) >= 0) {
      return; // R4: an empty range
    }
    var start = from;
    var end = to;
    var before = intervals.floorEntry(from);
    if (before != null && ORDER.compare(before.getValue(), from) >= 0) {
      start = before.getKey();
      end = later(end, before.getValue());
    }
    var inside = intervals.subMap(start, true, end, true);
    for (var swallowed : inside.values()) {
      end = later(end, swallowed);
    }
    inside.clear();
    intervals.put(start, end);
  }

  private static ByteString later(ByteString one, ByteString other) {
    return ORDER.compare(one, other) >= 0 ? one : other;
  }
}
