package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rebuilds the log from its records in order. An append counts only when its hard state has come:
 * entries that have none after them were part of a write that never ended.
 */
final class LogReplay {
  private final LogView view;
  private final SegmentIndex index;
  private final List<Entry> pending = new ArrayList<>();
  private final List<Long> pendingOffsets = new ArrayList<>();
  private final boolean mayStepBack;
  private HardState hardState;

  /** Begins with the state in the first segment's header. */
  LogReplay(LogView view, SegmentIndex index, SegmentHeader first) {
    this.view = view;
    this.index = index;
    this.mayStepBack = !first.start();
    this.hardState = first.hardState();
  }

  LogPosition last() {
    return view.last();
  }

  HardState hardState() {
    return hardState;
  }

  /** Whether entries wait for the end of their append. */
  boolean isInsideAppend() {
    return !pending.isEmpty();
  }

  void dropPending() {
    pending.clear();
    pendingOffsets.clear();
  }

  /** Takes an entry; if it cannot follow, says why. */
  Optional<String> entry(Entry entry, long offset) {
    long expected = pending.isEmpty() ? entry.index() : pending.getLast().index() + 1;
    if (entry.index() != expected || (pending.isEmpty() && entry.index() > view.lastIndex() + 1)) {
      return Optional.of("entry " + entry.index() + " follows entry " + lastTaken());
    }
    boolean fixed =
        entry.index() <= hardState.commit()
            || (entry.index() <= view.base().index() && !mayStepBack);
    if (pending.isEmpty() && fixed) {
      return Optional.of(
          "entry " + entry.index() + " replaces one that was committed: " + hardState);
    }
    pending.add(entry);
    pendingOffsets.add(offset);
    return Optional.empty();
  }

  /** Takes a hard state, which ends an append; if it cannot follow, says why. */
  Optional<String> hardState(HardState next, long sequence) throws IOException {
    if (next.term() < hardState.term() || next.commit() > lastTaken()) {
      return Optional.of(next + " follows " + hardState + " and entry " + lastTaken());
    }
    while (!pending.isEmpty() && pending.getFirst().index() <= view.base().index()) {
      stepBack();
    }
    for (int i = 0; i < pending.size(); i++) {
      index.entryAt(pending.get(i).index(), sequence, pendingOffsets.get(i));
    }
    view.accept(pending);
    view.trim(Long.MAX_VALUE);
    dropPending();
    hardState = next;
    return Optional.empty();
  }

  /**
   * Replaces an entry of a released segment, as this one did before the other was released. Nothing
   * is known of the entries before it, so the log begins after it.
   */
  private void stepBack() throws IOException {
    view.reset(pending.removeFirst().position());
    pendingOffsets.removeFirst();
    index.clearPoints();
  }

  private long lastTaken() {
    return pending.isEmpty() ? view.lastIndex() : pending.getLast().index();
  }
}
