package dev.keelson.storage.wal;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Where on disk entries are: one point for many entries, so that a long log costs little memory.
 * From a point the entries follow one another in the file, up to the next point: an append that
 * replaces entries always makes a point of its own, and takes away those it replaced.
 *
 * <p>The writer's thread changes it, the reader's thread looks. The lock is held for a search in an
 * array at most, once per reach of {@link #POINT_BYTES}, never during I/O.
 */
final class SegmentIndex {
  /** Bytes of log from one point to the next. */
  static final int POINT_BYTES = 1 << 15;

  private final NavigableMap<Long, SegmentName> segments = new TreeMap<>();
  private long[] indexes = new long[16];
  private long[] sequences = new long[16];
  private long[] offsets = new long[16];
  private int size;

  /** Of the entry added last and of the newest point: known to the writer's thread alone. */
  private long nextIndex;

  private long pointSequence;
  private long pointOffset;

  /**
   * Where to start reading.
   *
   * @param index of the entry that stands there
   * @param untilIndex the entries from there on follow one another up to this one, exclusive
   */
  record Location(SegmentName segment, long offset, long index, long untilIndex) {}

  synchronized void addSegment(SegmentName segment) {
    segments.put(segment.sequence(), segment);
  }

  /** The segments, oldest first. */
  synchronized List<SegmentName> segments() {
    return List.copyOf(segments.values());
  }

  /** Forgets a segment that is the oldest. */
  synchronized void removeOldest(SegmentName segment) {
    segments.remove(segment.sequence());
    int kept = 0;
    while (kept < size && sequences[kept] == segment.sequence()) {
      kept++;
    }
    move(kept);
  }

  /** An entry stands here now. For the writer's thread; takes the lock only to make a point. */
  void entryAt(long index, long sequence, long offset) {
    boolean replaces = index < nextIndex;
    nextIndex = index + 1;
    if (replaces || sequence != pointSequence || offset - pointOffset >= POINT_BYTES) {
      pointSequence = sequence;
      pointOffset = offset;
      addPoint(index, sequence, offset);
    }
  }

  private synchronized void addPoint(long index, long sequence, long offset) {
    size = lowerBound(index);
    if (size == indexes.length) {
      indexes = Arrays.copyOf(indexes, size * 2);
      sequences = Arrays.copyOf(sequences, size * 2);
      offsets = Arrays.copyOf(offsets, size * 2);
    }
    indexes[size] = index;
    sequences[size] = sequence;
    offsets[size] = offset;
    size++;
  }

  /** Nothing that was in the log counts any more. */
  synchronized void clear() {
    segments.clear();
    clearPoints();
  }

  /** No entry that was in the log counts any more. */
  synchronized void clearPoints() {
    size = 0;
    nextIndex = 0;
    pointSequence = 0;
  }

  /** Where to start reading for this entry, which must be on disk. */
  synchronized Location find(long index) {
    int at = lowerBound(index + 1) - 1;
    if (at < 0) {
      throw new IllegalArgumentException("entry " + index + " is not in the log");
    }
    SegmentName segment = segments.get(sequences[at]);
    if (segment == null) {
      throw new IllegalStateException("entry " + index + " is in a segment that was released");
    }
    long until = at + 1 < size ? indexes[at + 1] : Long.MAX_VALUE;
    return new Location(segment, offsets[at], indexes[at], until);
  }

  /** The first position whose index is not below this one. */
  private int lowerBound(long index) {
    int found = Arrays.binarySearch(indexes, 0, size, index);
    return found >= 0 ? found : -found - 1;
  }

  private void move(int from) {
    size -= from;
    System.arraycopy(indexes, from, indexes, 0, size);
    System.arraycopy(sequences, from, sequences, 0, size);
    System.arraycopy(offsets, from, offsets, 0, size);
  }
}
