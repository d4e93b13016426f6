package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The newest entries, in memory, without gaps. Owned by the reader's thread. */
final class LogTail {
  /** What an entry weighs besides its payload: record, byte string and array headers. */
  static final int ENTRY_BYTES = 96;

  private @Nullable Entry[] ring = new Entry[64];
  private long firstIndex;
  private int size;
  private long bytes;

  /** Empty, to go on at this index. */
  LogTail(long firstIndex) {
    this.firstIndex = firstIndex;
  }

  /** Index of the oldest entry in memory; that of the next one if there is none. */
  long firstIndex() {
    return firstIndex;
  }

  long endIndex() {
    return firstIndex + size;
  }

  long bytes() {
    return bytes;
  }

  Entry get(long index) {
    Invariant.check(
        index >= firstIndex && index < endIndex(),
        "entry %d is not in the tail %d to %d",
        index,
        firstIndex,
        endIndex());
    return at(index);
  }

  /** Puts an entry at its index, which must be the next one. */
  void add(Entry entry) {
    Invariant.check(
        entry.index() == endIndex(), "entry %d after tail %d", entry.index(), endIndex());
    if (size == ring.length) {
      grow();
    }
    ring[slot(entry.index())] = entry;
    size++;
    bytes += weight(entry);
  }

  /** Drops entries from this one on; if it was not in memory, goes on there, empty. */
  void truncateFrom(long index) {
    if (index < firstIndex) {
      clear(index);
      return;
    }
    while (endIndex() > index) {
      remove(endIndex() - 1);
    }
  }

  /** Drops the oldest entry. */
  void removeFirst() {
    remove(firstIndex);
    firstIndex++;
  }

  /** Empty, to go on at this index. */
  void clear(long nextIndex) {
    Arrays.fill(ring, null);
    firstIndex = nextIndex;
    size = 0;
    bytes = 0;
  }

  private void remove(long index) {
    bytes -= weight(at(index));
    ring[slot(index)] = null;
    size--;
  }

  private Entry at(long index) {
    Entry entry = ring[slot(index)];
    Invariant.check(entry != null && entry.index() == index, "hole in the tail at %d", index);
    return Objects.requireNonNull(entry);
  }

  private int slot(long index) {
    return (int) (index & (ring.length - 1));
  }

  private void grow() {
    @Nullable Entry[] old = ring;
    ring = new Entry[old.length * 2];
    for (long index = firstIndex; index < endIndex(); index++) {
      ring[slot(index)] = old[(int) (index & (old.length - 1))];
    }
  }

  private static long weight(Entry entry) {
    return entry.payload().length() + (long) ENTRY_BYTES;
  }
}
