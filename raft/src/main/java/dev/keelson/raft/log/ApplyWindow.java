package dev.keelson.raft.log;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What was handed to the state machine and what it has applied. Only entries that are committed and
 * durable here are handed over: a state machine ahead of its own log could not be replayed
 * (reliability.md, anchor 4). The payload outstanding is bounded.
 */
public final class ApplyWindow {
  private record Batch(long lastIndex, long bytes) {}

  private final long maxBytes;
  private final ArrayDeque<Batch> outstanding = new ArrayDeque<>();
  private long outstandingBytes;
  private long handedIndex;
  private long appliedIndex;

  public ApplyWindow(long appliedIndex, long maxBytes) {
    this.handedIndex = appliedIndex;
    this.appliedIndex = appliedIndex;
    this.maxBytes = maxBytes;
  }

  public long appliedIndex() {
    return appliedIndex;
  }

  public void applied(long index) {
    Invariant.check(
        index <= handedIndex, "applied %d though only %d was handed over", index, handedIndex);
    appliedIndex = Math.max(appliedIndex, index);
    while (!outstanding.isEmpty() && outstanding.getFirst().lastIndex() <= index) {
      outstandingBytes -= outstanding.removeFirst().bytes();
    }
  }

  /** The entries to apply now; may be none. One batch a step, so that no step reads for long. */
  public List<Entry> take(RaftLog log) {
    long end = Math.min(log.commit(), log.durableIndex());
    if (handedIndex >= end || (outstandingBytes >= maxBytes && !outstanding.isEmpty())) {
      return List.of();
    }
    long limit = Math.min(maxBytes - outstandingBytes, Math.max(1, maxBytes / 16));
    var entries = log.read(handedIndex + 1, end + 1, limit);
    Invariant.check(
        entries.getFirst().index() == handedIndex + 1,
        "storage gave entry %d for %d",
        entries.getFirst().index(),
        handedIndex + 1);
    long bytes = 0;
    for (var entry : entries) {
      bytes += entry.payload().length();
    }
    handedIndex = entries.getLast().index();
    outstanding.addLast(new Batch(handedIndex, bytes));
    outstandingBytes += bytes;
    return entries;
  }

  /** The state machine is that of a snapshot now. */
  public void resetTo(long index) {
    outstanding.clear();
    outstandingBytes = 0;
    handedIndex = index;
    appliedIndex = index;
  }
}
