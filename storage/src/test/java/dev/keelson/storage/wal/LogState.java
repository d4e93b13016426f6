package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import java.util.ArrayList;
import java.util.List;

/** What a log holds, as the model of it: a list and the operations' definitions. */
record LogState(LogPosition base, List<Entry> entries, HardState hardState) {
  static final LogState EMPTY = new LogState(LogPosition.ZERO, List.of(), HardState.INITIAL);

  LogState {
    entries = List.copyOf(entries);
  }

  long lastIndex() {
    return base.index() + entries.size();
  }

  LogPosition position(long index) {
    return index == base.index() ? base : entries.get((int) (index - base.index() - 1)).position();
  }

  LogState append(List<Entry> added, HardState newHardState) {
    var kept = new ArrayList<>(entries);
    if (!added.isEmpty()) {
      kept.subList((int) (added.getFirst().index() - base.index() - 1), kept.size()).clear();
      kept.addAll(added);
    }
    return new LogState(base, kept, newHardState);
  }

  LogState release(long upToIndex) {
    int dropped = (int) (upToIndex - base.index());
    return new LogState(position(upToIndex), entries.subList(dropped, entries.size()), hardState);
  }

  LogState reset(LogPosition newBase, HardState newHardState) {
    return new LogState(newBase, List.of(), newHardState);
  }

  static LogState of(Wal wal) {
    List<Entry> entries =
        wal.lastIndex() < wal.firstIndex()
            ? List.of()
            : wal.read(wal.firstIndex(), wal.lastIndex() + 1, Long.MAX_VALUE);
    return new LogState(wal.base(), entries, wal.hardState());
  }

  /**
   * Whether a log opened again may stand for this state: released entries may be there still, and
   * what is released is known to be committed.
   */
  boolean isStoodForBy(LogState opened) {
    if (opened.base.index() > base.index() || opened.lastIndex() < base.index()) {
      return false;
    }
    var expectedHardState =
        new HardState(
            hardState.term(),
            hardState.votedFor(),
            Math.max(hardState.commit(), opened.base.index()));
    return opened.hardState.equals(expectedHardState)
        && opened.position(base.index()).equals(base)
        && opened.release(base.index()).entries.equals(entries);
  }
}
