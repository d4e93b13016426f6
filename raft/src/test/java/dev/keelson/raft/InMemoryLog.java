package dev.keelson.raft;

import java.util.ArrayList;
import java.util.List;

/** A log without a disk: what is appended can be read at once. */
public final class InMemoryLog implements LogReader {
  private LogPosition start;
  private final List<Entry> entries = new ArrayList<>();

  public InMemoryLog() {
    this(LogPosition.ZERO);
  }

  /** An empty log after a snapshot that ends at the position. */
  public InMemoryLog(LogPosition start) {
    this.start = start;
  }

  public InMemoryLog copy() {
    var copy = new InMemoryLog(start);
    copy.entries.addAll(entries);
    return copy;
  }

  @Override
  public long firstIndex() {
    return start.index() + 1;
  }

  @Override
  public long lastIndex() {
    return start.index() + entries.size();
  }

  public LogPosition last() {
    return new LogPosition(termAt(lastIndex()), lastIndex());
  }

  @Override
  public long termAt(long index) {
    if (index < start.index() || index > lastIndex()) {
      throw new IllegalArgumentException(
          "no term at " + index + " in [" + start.index() + ", " + lastIndex() + "]");
    }
    return index == start.index() ? start.term() : at(index).term();
  }

  public Entry at(long index) {
    return entries.get((int) (index - firstIndex()));
  }

  @Override
  public List<Entry> read(long from, long to, long maxBytes) {
    if (from >= to || from < firstIndex() || to > lastIndex() + 1) {
      throw new IllegalArgumentException(
          "no entries [" + from + ", " + to + ") in [" + firstIndex() + ", " + lastIndex() + "]");
    }
    var read = new ArrayList<Entry>();
    long bytes = 0;
    for (long index = from; index < to; index++) {
      bytes += at(index).payload().length();
      if (bytes > maxBytes && !read.isEmpty()) {
        break;
      }
      read.add(at(index));
    }
    return read;
  }

  /** Adds entries, replacing everything from the first one on. */
  public void append(List<Entry> more) {
    for (var entry : more) {
      if (entry.index() > lastIndex() + 1 || entry.index() < firstIndex()) {
        throw new IllegalArgumentException(
            "entry " + entry.index() + " into [" + firstIndex() + ", " + lastIndex() + "]");
      }
      entries.subList((int) (entry.index() - firstIndex()), entries.size()).clear();
      entries.add(entry);
    }
  }

  /** Forgets entries up to the index. */
  public void compactTo(long index) {
    if (index > start.index()) {
      var position = new LogPosition(termAt(index), index);
      entries.subList(0, (int) (index - start.index())).clear();
      start = position;
    }
  }

  /** Forgets everything: a snapshot that ends at the position took its place. */
  public void resetTo(LogPosition position) {
    entries.clear();
    start = position;
  }
}
