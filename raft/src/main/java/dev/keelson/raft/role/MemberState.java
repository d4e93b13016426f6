package dev.keelson.raft.role;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogReader;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.log.ApplyWindow;
import dev.keelson.raft.log.RaftLog;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.raft.membership.ConfigurationHistory;
import dev.keelson.raft.read.PendingReads;
import dev.keelson.raft.step.Outbox;
import java.util.List;

/** What a member keeps whatever its role is. */
final class MemberState {
  private static final long CONFIGURATION_SCAN_BYTES = 4L << 20;
  private static final int MAX_READ_AGE_ELECTIONS = 10;

  final RaftConfig config;
  final RaftLog log;
  final Ballot ballot;
  final ConfigurationHistory membership;
  final ApplyWindow apply;
  final Outbox outbox;
  final ElectionTimer timer;
  final PendingReads reads;

  MemberState(RaftConfig config, RestoredState state, LogReader reader, RandomSource random) {
    this.config = config;
    var hardState = state.hardState();
    long base = state.base().position().index();
    // The saved commit index lags; what was applied was committed.
    this.log = new RaftLog(reader, Math.max(hardState.commit(), state.appliedIndex()));
    Invariant.check(
        base >= log.firstIndex() - 1 && base <= state.appliedIndex(),
        "base %d outside [%d, %d], the log's start and what is applied",
        base,
        log.firstIndex() - 1,
        state.appliedIndex());
    Invariant.check(
        hardState.term() >= log.last().term(),
        "term %d is behind the log's %d",
        hardState.term(),
        log.last().term());
    this.ballot = new Ballot(hardState, log.durability());
    this.membership = new ConfigurationHistory(base, state.base().configuration());
    this.apply = new ApplyWindow(state.appliedIndex(), config.maxApplyBytes());
    this.outbox = new Outbox(log.durability());
    this.timer = new ElectionTimer(config.electionTicks(), random);
    this.reads =
        new PendingReads(
            config.maxPendingReads(),
            (long) MAX_READ_AGE_ELECTIONS * config.electionTicks(),
            random.nextLong());
    readConfigurations(base + 1);
  }

  private void readConfigurations(long from) {
    long next = from;
    while (next <= log.lastIndex()) {
      var entries = log.read(next, log.lastIndex() + 1, CONFIGURATION_SCAN_BYTES);
      noteConfigurations(entries);
      next = entries.getLast().index() + 1;
    }
    membership.committed(log.commit());
  }

  long id() {
    return config.id();
  }

  long term() {
    return ballot.term();
  }

  boolean isVoter() {
    return membership.current().isVoter(config.id());
  }

  /** Adds entries; whether another configuration is in force after it. */
  boolean append(List<Entry> entries) {
    boolean restored = membership.truncateFrom(entries.getFirst().index());
    log.append(entries);
    return noteConfigurations(entries) || restored;
  }

  private boolean noteConfigurations(List<Entry> entries) {
    boolean changed = false;
    for (var entry : entries) {
      if (entry.type() == EntryType.CONFIGURATION) {
        membership.append(entry.index(), ConfigurationCodec.decode(entry.payload()));
        changed = true;
      }
    }
    return changed;
  }

  boolean commitTo(long index) {
    boolean moved = log.commitTo(index);
    if (moved) {
      membership.committed(index);
    }
    return moved;
  }
}
