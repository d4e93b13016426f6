package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A run of random calls on a log and its model. Remembers every state the log may be in after a
 * crash: that of the last sync and all that were written since.
 */
final class LogWorkload {
  private final Random random;
  private final List<LogState> possible = new ArrayList<>();

  LogWorkload(long seed, LogState begin) {
    random = new Random(seed);
    possible.add(begin);
  }

  /** States the log may be in, the last synced one first. */
  List<LogState> possible() {
    return possible;
  }

  LogState newest() {
    return possible.getLast();
  }

  void run(Wal wal, int steps) throws IOException {
    for (int i = 0; i < steps; i++) {
      step(wal);
    }
  }

  private void step(Wal wal) throws IOException {
    int choice = random.nextInt(100);
    if (choice < 60) {
      append(wal);
    } else if (choice < 85) {
      wal.sync();
      nowDurable();
    } else if (choice < 93) {
      release(wal);
    } else if (choice < 95) {
      reset(wal);
    } else {
      moveHardState(wal);
    }
  }

  private void append(Wal wal) throws IOException {
    LogState state = newest();
    HardState before = state.hardState();
    long term = before.term() + (random.nextInt(5) == 0 ? 1 : 0);
    long first = state.lastIndex() + 1;
    long lowest = Math.max(before.commit(), state.base().index()) + 1;
    if (random.nextInt(6) == 0 && lowest < first) {
      term = before.term() + 1;
      first = random.nextLong(lowest, first);
    }
    var added = new ArrayList<Entry>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      int size = random.nextInt(12) == 0 ? random.nextInt(3000) : random.nextInt(120);
      added.add(LogEntries.entry(Math.max(1, term), first++, size));
    }
    long commit = random.nextLong(before.commit(), added.getFirst().index());
    long vote = term > before.term() ? random.nextInt(3) : before.votedFor();
    var next = new HardState(Math.max(1, term), vote, commit);
    possible.add(state.append(added, next));
    wal.append(added, next);
  }

  private void moveHardState(Wal wal) throws IOException {
    HardState before = newest().hardState();
    var next =
        new HardState(
            before.term() + 1,
            random.nextInt(3),
            random.nextLong(before.commit(), newest().lastIndex() + 1));
    possible.add(newest().append(List.of(), next));
    wal.append(List.of(), next);
  }

  /** As the core does it: what goes is committed, and that the log knows for sure. */
  private void release(Wal wal) throws IOException {
    LogState state = newest();
    long most = Math.min(state.hardState().commit(), state.lastIndex());
    if (most <= state.base().index()) {
      return;
    }
    wal.sync();
    nowDurable();
    long upTo = random.nextLong(state.base().index(), most + 1);
    possible.set(0, state.release(upTo));
    wal.release(upTo);
  }

  private void reset(Wal wal) throws IOException {
    LogState state = newest();
    HardState before = state.hardState();
    var base = new LogPosition(before.term(), state.lastIndex() + random.nextInt(50));
    var next = new HardState(before.term(), before.votedFor(), base.index());
    possible.add(state.reset(base, next));
    wal.reset(base, next);
    nowDurable();
  }

  private void nowDurable() {
    possible.subList(0, possible.size() - 1).clear();
  }
}
