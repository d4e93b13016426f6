package dev.keelson.chaos.simulation;

import dev.keelson.raft.Entry;
import dev.keelson.raft.LogReader;
import java.util.Arrays;

/**
 * What a member's log holds, as a hash chain over its entries (I3, I4): in memory, and as of its
 * last sync. Entry i's hash covers all before it.
 */
final class LogShadow {
  private static final long PRIME = 0x9E3779B97F4A7C15L;
  private static final long READ_BYTES = 1 << 20;
  private static final int FIRST_CAPACITY = 256;

  /** By index; 0 for what is not there. */
  private long[] terms = new long[FIRST_CAPACITY];

  private long[] chains = new long[FIRST_CAPACITY];
  private long[] durable = new long[FIRST_CAPACITY];
  private long last;
  private long durableLast;
  private long unsyncedFrom = 1;

  /** Where the chain of what was cut away can be found. */
  @FunctionalInterface
  interface Committed {
    long chainAt(long index);
  }

  long last() {
    return last;
  }

  long durableLast() {
    return durableLast;
  }

  /** 0 if there is none. */
  long chainAt(long index) {
    return index > 0 && index <= last ? chains[(int) index] : 0;
  }

  long termAt(long index) {
    return index > 0 && index <= last ? terms[(int) index] : 0;
  }

  long durableChainAt(long index) {
    return index > 0 && index <= durableLast ? durable[(int) index] : 0;
  }

  /** The first index whose durable entry differs from the one in memory, or is missing there. */
  long unsyncedFrom() {
    return unsyncedFrom;
  }

  /**
   * Follows the log.
   *
   * @return the first index that is new or another; after the last one if nothing has changed
   */
  long follow(LogReader log, Committed committed) {
    long base = log.firstIndex() - 1;
    long end = log.lastIndex();
    long same = Math.min(last, end);
    while (same > base && terms[(int) same] != log.termAt(same)) {
      same--;
    }
    if (same < base || (base > 0 && same == base && terms[(int) base] != log.termAt(base))) {
      // A snapshot has taken the place of what came before, a tail that was never committed too.
      same = base;
      grow(base);
      Arrays.fill(terms, (int) Math.min(last, base), (int) base, 0);
      terms[(int) base] = log.termAt(base);
      chains[(int) base] = committed.chainAt(base);
    }
    if (same == end && end == last) {
      return end + 1;
    }
    grow(end);
    long next = same + 1;
    while (next <= end) {
      for (Entry entry : log.read(next, end + 1, READ_BYTES)) {
        terms[(int) next] = entry.term();
        chains[(int) next] = chain(chains[(int) next - 1], entry);
        next++;
      }
    }
    last = end;
    unsyncedFrom = Math.min(unsyncedFrom, same + 1);
    return same + 1;
  }

  /** All that is in memory is on the disk. */
  void synced() {
    if (durable.length < chains.length) {
      durable = Arrays.copyOf(durable, chains.length);
    }
    for (long index = Math.max(1, unsyncedFrom); index <= last; index++) {
      durable[(int) index] = chains[(int) index];
    }
    durableLast = last;
    unsyncedFrom = last + 1;
  }

  private void grow(long index) {
    if (index >= terms.length) {
      int capacity = Math.toIntExact(Math.max(index + 1, terms.length * 2L));
      terms = Arrays.copyOf(terms, capacity);
      chains = Arrays.copyOf(chains, capacity);
    }
  }

  private static long chain(long before, Entry entry) {
    long hash = before ^ (entry.term() * PRIME) ^ entry.index();
    hash = mix(hash + entry.type().number());
    return mix(hash ^ entry.payload().hashCode());
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 32)) * PRIME;
    return ((mixed ^ (mixed >>> 29)) * PRIME) | 1;
  }
}
