package dev.keelson.raft.log;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.LogReader;
import java.util.List;

/**
 * The log of this member: the durable part is read from storage, the rest is kept here until it is
 * durable. Knows what is committed; nothing at or below that is ever replaced.
 */
public final class RaftLog {
  private final LogReader stable;
  private final EntryTail tail;
  private final Durability durability;
  private LogPosition last;
  private long handedOver;
  private long commit;

  public RaftLog(LogReader stable, long commit) {
    this.stable = stable;
    this.last = new LogPosition(stable.termAt(stable.lastIndex()), stable.lastIndex());
    this.tail = new EntryTail(last.index() + 1);
    this.durability = new Durability(last.index());
    this.handedOver = last.index();
    this.commit = commit;
    Invariant.check(
        commit >= stable.firstIndex() - 1 && commit <= last.index(),
        "commit %d outside the log [%d, %d]: was the log cut or lost?",
        commit,
        stable.firstIndex(),
        last.index());
  }

  public Durability durability() {
    return durability;
  }

  public long firstIndex() {
    return stable.firstIndex();
  }

  public LogPosition last() {
    return last;
  }

  public long lastIndex() {
    return last.index();
  }

  public long commit() {
    return commit;
  }

  public long durableIndex() {
    return durability.durableIndex();
  }

  /** The term at an index of {@code [firstIndex() - 1, lastIndex()]}. */
  public long termAt(long index) {
    if (index == last.index()) {
      return last.term();
    }
    return tail.contains(index) ? tail.get(index).term() : stable.termAt(index);
  }

  public LogPosition positionAt(long index) {
    return index == last.index() ? last : new LogPosition(termAt(index), index);
  }

  public boolean holds(LogPosition position) {
    long index = position.index();
    return index >= firstIndex() - 1 && index <= last.index() && termAt(index) == position.term();
  }

  /** Adds entries; the first may stand at or before the end, then all from there on is replaced. */
  public void append(List<Entry> entries) {
    long first = entries.getFirst().index();
    Invariant.check(
        first > commit && first <= last.index() + 1,
        "append at %d with commit %d and last %d",
        first,
        commit,
        last.index());
    if (first <= last.index()) {
      truncateFrom(first);
    }
    tail.add(entries);
    last = entries.getLast().position();
    durability.entriesAdded();
  }

  private void truncateFrom(long index) {
    tail.truncateFrom(index);
    durability.truncateFrom(index);
    handedOver = Math.min(handedOver, index - 1);
  }

  /** What was appended since the last call, for storage. */
  public List<Entry> takeNew() {
    if (handedOver == last.index()) {
      return List.of();
    }
    var entries = tail.read(handedOver + 1, last.index() + 1, Long.MAX_VALUE);
    handedOver = last.index();
    return entries;
  }

  /** Appends up to the sequence are durable. */
  public void persisted(long sequence) {
    durability.persisted(sequence);
    tail.dropThrough(durability.durableIndex());
  }

  /**
   * Entries {@code [from, to)}: at least one; fewer where the limit or a boundary cuts it short.
   */
  public List<Entry> read(long from, long to, long maxBytes) {
    if (from >= tail.firstIndex()) {
      return tail.read(from, to, maxBytes);
    }
    return stable.read(from, Math.min(to, tail.firstIndex()), maxBytes);
  }

  /** Moves the commit index on; whether it moved. What is committed stays committed. */
  public boolean commitTo(long index) {
    Invariant.check(
        index <= last.index(),
        "commit %d beyond last %d: was the log cut or lost?",
        index,
        last.index());
    if (index <= commit) {
      return false;
    }
    commit = index;
    return true;
  }

  /**
   * The last position at or before the given one that a log which holds the given one may share
   * with ours. Skips all entries of a term at once, so that two logs find where they part in as
   * many round trips as there are terms between (Raft 5.3). Terms never fall along a log.
   */
  public LogPosition sharedAtMost(LogPosition given) {
    long low = firstIndex() - 1;
    long high = Math.min(given.index(), last.index());
    if (high < low) {
      return new LogPosition(0, high);
    }
    if (termAt(high) <= given.term()) {
      return positionAt(high);
    }
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (termAt(middle) <= given.term()) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return positionAt(low);
  }

  /** A snapshot took the place of all entries; storage holds it already. */
  public void resetTo(LogPosition position) {
    Invariant.check(
        position.index() >= commit, "snapshot at %d behind commit %d", position.index(), commit);
    Invariant.check(
        stable.firstIndex() == position.index() + 1 && stable.lastIndex() == position.index(),
        "storage holds [%d, %d] after the snapshot at %d",
        stable.firstIndex(),
        stable.lastIndex(),
        position.index());
    tail.resetTo(position.index() + 1);
    durability.resetTo(position.index());
    last = position;
    handedOver = position.index();
    commit = position.index();
  }
}
