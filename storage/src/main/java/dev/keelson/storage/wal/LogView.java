package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.LogReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The log as the consensus core sees it: all that was handed over, written yet or not. An entry
 * leaves the memory only when the writer has it in its file, so that it is always in one of both
 * places. Owned by the thread of the core; all it hears from the writer is the number of appends
 * that are in the file.
 */
final class LogView implements LogReader {
  private final SegmentReader disk;
  private final long maxTailBytes;
  private final LogTail tail;
  private final TermRuns terms;
  private LogPosition base;
  private long accepted;

  /**
   * Appends not known to be written, by first index, ascending: one that starts no later than those
   * before it, and ends its wait after them, makes them irrelevant.
   */
  private final Deque<Unwritten> unwritten = new ArrayDeque<>();

  private record Unwritten(long ticket, long firstIndex) {}

  LogView(SegmentReader disk, long maxTailBytes, LogPosition base) {
    this.disk = disk;
    this.maxTailBytes = maxTailBytes;
    this.base = base;
    this.tail = new LogTail(base.index() + 1);
    this.terms = new TermRuns(base);
  }

  LogPosition base() {
    return base;
  }

  /** Memory that the newest entries take, about. */
  long tailBytes() {
    return tail.bytes();
  }

  LogPosition last() {
    return new LogPosition(termAt(lastIndex()), lastIndex());
  }

  /** Entries were handed to the writer. Returns the ticket of this append: the count of all. */
  long accept(List<Entry> entries) {
    accepted++;
    if (!entries.isEmpty()) {
      long first = entries.getFirst().index();
      Invariant.check(
          first > base.index() && first <= lastIndex() + 1,
          "append at %d to a log from %d to %d",
          first,
          firstIndex(),
          lastIndex());
      while (!unwritten.isEmpty() && unwritten.getLast().firstIndex() >= first) {
        unwritten.removeLast();
      }
      unwritten.addLast(new Unwritten(accepted, first));
      tail.truncateFrom(first);
      terms.truncateFrom(first);
      for (Entry entry : entries) {
        tail.add(entry);
        terms.add(entry.index(), entry.term());
      }
    }
    return accepted;
  }

  /** All appends up to this ticket are in the file: the oldest entries may leave the memory. */
  void trim(long writtenTicket) {
    while (!unwritten.isEmpty() && unwritten.getFirst().ticket() <= writtenTicket) {
      unwritten.removeFirst();
    }
    long keepFrom = unwritten.isEmpty() ? tail.endIndex() : unwritten.getFirst().firstIndex();
    while (tail.bytes() > maxTailBytes && tail.firstIndex() < keepFrom) {
      tail.removeFirst();
    }
  }

  /** The log begins after this index now. */
  void release(long upToIndex) throws IOException {
    if (upToIndex <= base.index()) {
      return;
    }
    Invariant.check(
        upToIndex <= lastIndex(), "release up to %d of a log to %d", upToIndex, lastIndex());
    base = new LogPosition(termAt(upToIndex), upToIndex);
    terms.releaseBelow(upToIndex);
    while (tail.firstIndex() <= upToIndex) {
      tail.removeFirst();
    }
    disk.close();
  }

  /** The log is empty and goes on after this position. */
  void reset(LogPosition newBase) throws IOException {
    base = newBase;
    tail.clear(newBase.index() + 1);
    terms.clear(newBase);
    unwritten.clear();
    disk.close();
  }

  @Override
  public long firstIndex() {
    return base.index() + 1;
  }

  @Override
  public long lastIndex() {
    return tail.endIndex() - 1;
  }

  @Override
  public long termAt(long index) {
    if (index < base.index() || index > lastIndex()) {
      throw new IllegalArgumentException(
          "no term at " + index + " in a log from " + firstIndex() + " to " + lastIndex());
    }
    return terms.termAt(index);
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if an entry must be read from disk and cannot be
   */
  @Override
  public List<Entry> read(long from, long to, long maxBytes) {
    if (from >= to || from < firstIndex() || to > lastIndex() + 1) {
      throw new IllegalArgumentException(
          "no entries [" + from + ", " + to + ") in " + firstIndex() + " to " + lastIndex());
    }
    var entries = new ArrayList<Entry>((int) Math.min(to - from, 64));
    var budget = new ByteBudget(maxBytes);
    long fromDisk = Math.min(to, tail.firstIndex());
    if (from < fromDisk) {
      try {
        disk.read(from, fromDisk, budget, entries);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    // After a disk read that stopped at the bytes, the next entry lies below the tail.
    for (long index = from + entries.size(); index >= tail.firstIndex() && index < to; index++) {
      Entry entry = tail.get(index);
      if (!budget.take(entry.payload().length())) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  void close() throws IOException {
    disk.close();
  }
}
