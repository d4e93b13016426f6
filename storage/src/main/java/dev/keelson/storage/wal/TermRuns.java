package dev.keelson.storage.wal;

import dev.keelson.raft.LogPosition;
import java.util.Arrays;

/**
 * The term of every entry, as runs of entries of one term: a log has few terms, so any entry's is
 * known without reading it. Owned by the reader's thread.
 */
final class TermRuns {
  private long[] firstIndexes = new long[16];
  private long[] terms = new long[16];
  private int size;

  /** Starts with the position before the first entry, whose term is known as well. */
  TermRuns(LogPosition base) {
    clear(base);
  }

  void clear(LogPosition base) {
    firstIndexes[0] = base.index();
    terms[0] = base.term();
    size = 1;
  }

  /** The entry at this index, the next one, has this term. */
  void add(long index, long term) {
    if (size > 0 && terms[size - 1] == term) {
      return;
    }
    if (size == terms.length) {
      firstIndexes = Arrays.copyOf(firstIndexes, size * 2);
      terms = Arrays.copyOf(terms, size * 2);
    }
    firstIndexes[size] = index;
    terms[size] = term;
    size++;
  }

  void truncateFrom(long index) {
    while (size > 0 && firstIndexes[size - 1] >= index) {
      size--;
    }
  }

  /** Nobody will ask for an index below this one. */
  void releaseBelow(long index) {
    int kept = runOf(index);
    size -= kept;
    System.arraycopy(firstIndexes, kept, firstIndexes, 0, size);
    System.arraycopy(terms, kept, terms, 0, size);
  }

  long termAt(long index) {
    return terms[runOf(index)];
  }

  private int runOf(long index) {
    int found = Arrays.binarySearch(firstIndexes, 0, size, index);
    return found >= 0 ? found : -found - 2;
  }
}
