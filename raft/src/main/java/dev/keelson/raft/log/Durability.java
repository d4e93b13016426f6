package dev.keelson.raft.log;

import dev.keelson.raft.Invariant;
import java.util.ArrayDeque;

/**
 * Which appends were handed to storage, and what of the present log is durable. Storage works in
 * the order of sequences, so an answer covers everything before it.
 *
 * <p>An entry that was replaced while it was being written must never be taken for its successor at
 * the same index: each truncation therefore lowers what the appends under way will have made
 * durable once they are.
 */
public final class Durability {
  private static final class Pending {
    final long sequence;
    long lastIndex;

    Pending(long sequence, long lastIndex) {
      this.sequence = sequence;
      this.lastIndex = lastIndex;
    }
  }

  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private long lastSequence;
  private long persistedSequence;
  private long entrySequence;
  private long ballotSequence;
  private long durableIndex;

  public Durability(long durableIndex) {
    this.durableIndex = durableIndex;
  }

  /** The end of the durable part of the present log. */
  public long durableIndex() {
    return durableIndex;
  }

  /** This step's append carries entries. */
  void entriesAdded() {
    entrySequence = lastSequence + 1;
  }

  /** This step's append carries a new term or vote. */
  public void ballotChanged() {
    ballotSequence = lastSequence + 1;
  }

  /** Whether this step has to hand an append over. */
  public boolean isAppendDue() {
    return promiseSequence() > lastSequence;
  }

  /** What must be durable before this member may promise anything about its log or its vote. */
  public long promiseSequence() {
    return Math.max(entrySequence, ballotSequence);
  }

  /** What must be durable before this member may mention its term. */
  public long ballotSequence() {
    return ballotSequence;
  }

  public boolean isPersisted(long sequence) {
    return sequence <= persistedSequence;
  }

  /** Names the append that is handed over now; the log ends at the index with it. */
  public long handOver(long lastIndex, boolean mustSync) {
    lastSequence++;
    if (mustSync) {
      pending.addLast(new Pending(lastSequence, lastIndex));
    }
    return lastSequence;
  }

  public void persisted(long sequence) {
    Invariant.check(
        sequence <= lastSequence, "persisted %d of only %d appends", sequence, lastSequence);
    persistedSequence = Math.max(persistedSequence, sequence);
    while (!pending.isEmpty() && pending.getFirst().sequence <= sequence) {
      durableIndex = Math.max(durableIndex, pending.removeFirst().lastIndex);
    }
  }

  void truncateFrom(long index) {
    long kept = index - 1;
    durableIndex = Math.min(durableIndex, kept);
    for (var append : pending) {
      append.lastIndex = Math.min(append.lastIndex, kept);
    }
  }

  /** A snapshot took the log's place; what is still being written is of no account. */
  void resetTo(long index) {
    truncateFrom(index + 1);
    durableIndex = index;
  }
}
