package dev.keelson.raft.log;

import dev.keelson.raft.Entry;
import java.util.ArrayList;
import java.util.List;

/** The entries at the end of the log that are not durable yet. Contiguous; may be empty. */
final class EntryTail {
  private final ArrayList<Entry> entries = new ArrayList<>();
  private long firstIndex;

  // The slice made last: leader and followers want the same entries in one step.
  private List<Entry> slice = List.of();
  private long sliceFrom;

  EntryTail(long firstIndex) {
    this.firstIndex = firstIndex;
  }

  /** Where the next entry stands if the tail is empty. */
  long firstIndex() {
    return firstIndex;
  }

  boolean contains(long index) {
    return index >= firstIndex && index < firstIndex + entries.size();
  }

  Entry get(long index) {
    return entries.get((int) (index - firstIndex));
  }

  void add(List<Entry> more) {
    entries.addAll(more);
  }

  void truncateFrom(long index) {
    slice = List.of();
    if (index <= firstIndex) {
      entries.clear();
      firstIndex = index;
    } else if (index - firstIndex < entries.size()) {
      entries.subList((int) (index - firstIndex), entries.size()).clear();
    }
  }

  void resetTo(long first) {
    slice = List.of();
    entries.clear();
    firstIndex = first;
  }

  void dropThrough(long index) {
    int count = (int) Math.min(entries.size(), index + 1 - firstIndex);
    if (count > 0) {
      entries.subList(0, count).clear();
      firstIndex += count;
    }
  }

  /** Entries {@code [from, to)}, at least one, then as many as stay within the byte limit. */
  List<Entry> read(long from, long to, long maxBytes) {
    long end = from + 1;
    long bytes = get(from).payload().length();
    while (end < to) {
      bytes += get(end).payload().length();
      if (bytes > maxBytes) {
        break;
      }
      end++;
    }
    if (sliceFrom != from || slice.size() != end - from) {
      sliceFrom = from;
      slice = List.copyOf(entries.subList((int) (from - firstIndex), (int) (end - firstIndex)));
    }
    return slice;
  }
}
