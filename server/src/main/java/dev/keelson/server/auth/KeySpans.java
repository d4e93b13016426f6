package dev.keelson.server.auth;

import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Spans of keys, in order, with a gap between each two: what touches has been joined (AU36). */
final class KeySpans {
  private final List<KeySpan> spans;

  private KeySpans(List<KeySpan> spans) {
    this.spans = spans;
  }

  static KeySpans of(List<KeySpan> parts) {
    var sorted = new ArrayList<>(parts);
    sorted.sort(Comparator.comparing(KeySpan::from));
    var joined = new ArrayList<KeySpan>();
    for (var next : sorted) {
      if (!joined.isEmpty() && joined.getLast().reaches(next)) {
        joined.add(joined.removeLast().joinedWith(next));
      } else {
        joined.add(next);
      }
    }
    return new KeySpans(List.copyOf(joined));
  }

  /** Whether every key of the range is in one of the spans. */
  boolean cover(Bytes key, Bytes rangeEnd) {
    var asked = KeySpan.of(key, rangeEnd);
    int low = 0;
    int high = spans.size() - 1;
    while (low <= high) { // the last span that begins no later
      int middle = (low + high) >>> 1;
      if (spans.get(middle).from().compareTo(asked.from()) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high >= 0 && spans.get(high).contains(asked);
  }
}
