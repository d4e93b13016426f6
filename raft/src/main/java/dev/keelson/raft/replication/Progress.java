package dev.keelson.raft.replication;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftConfig;
import java.util.List;

/**
 * What the leader knows of one follower: what it certainly holds (match), what to send it next, and
 * how freely. Changed by the leader only; always {@code match < next}.
 */
public final class Progress {
  private final long id;
  private final Inflights inflights;
  private ProgressState state = ProgressState.PROBE;
  private long matchIndex;
  private long nextIndex;
  private long commitSent;
  private boolean probeSent;
  private boolean recentlyActive;
  private int ticksWithoutAnswer;
  private int ticksUntilRetry;

  Progress(long id, long nextIndex, RaftConfig config) {
    this.id = id;
    this.nextIndex = nextIndex;
    this.inflights = new Inflights(config.maxInflightAppends(), config.maxInflightBytes());
  }

  public long id() {
    return id;
  }

  public ProgressState state() {
    return state;
  }

  public long matchIndex() {
    return matchIndex;
  }

  long nextIndex() {
    return nextIndex;
  }

  public boolean isRecentlyActive() {
    return recentlyActive;
  }

  PeerProgress snapshot() {
    return new PeerProgress(id, state, matchIndex, nextIndex, inflights.count(), recentlyActive);
  }

  /** Whether nothing may be sent but heartbeats. */
  boolean isPaused() {
    return switch (state) {
      case PROBE -> probeSent;
      case REPLICATE -> inflights.isFull();
      case SNAPSHOT -> true;
    };
  }

  /** Whether the follower was not told of this commit index, though it may be sent appends. */
  boolean lacksCommit(long commit) {
    return state == ProgressState.REPLICATE && commitSent < commit;
  }

  void sent(List<Entry> entries, long commit) {
    commitSent = commit;
    if (state == ProgressState.PROBE) {
      probeSent = true;
      ticksWithoutAnswer = 0;
      return;
    }
    if (entries.isEmpty()) {
      return;
    }
    if (inflights.count() == 0) {
      ticksWithoutAnswer = 0;
    }
    long bytes = 0;
    for (var entry : entries) {
      bytes += entry.payload().length();
    }
    nextIndex = entries.getLast().index() + 1;
    inflights.add(nextIndex - 1, bytes);
  }

  void heard() {
    recentlyActive = true;
  }

  /** Begins a new period of check-quorum. */
  public void forgetActivity() {
    recentlyActive = false;
  }

  /**
   * The follower holds everything up to the index.
   *
   * @return whether that is news, so that there may be something to commit or to send
   */
  boolean accepted(long index, long firstLogIndex) {
    boolean moved = index > matchIndex;
    if (moved) {
      matchIndex = index;
      nextIndex = Math.max(nextIndex, index + 1);
      ticksWithoutAnswer = 0;
    }
    switch (state) {
      case PROBE -> {
        if (moved || index == nextIndex - 1) {
          becomeReplicate();
          return true;
        }
      }
      case REPLICATE -> inflights.arrivedThrough(index);
      case SNAPSHOT -> {
        // What the snapshot was to bring has arrived, by it or otherwise: the log goes on from
        // here.
        if (moved && matchIndex + 1 >= firstLogIndex) {
          becomeReplicate();
        }
      }
    }
    return moved;
  }

  /**
   * The follower does not hold the entry before an append.
   *
   * @param probeIndex the last index at which the logs may agree
   * @return whether this answers something we still wait for
   */
  boolean rejected(long rejectedIndex, long probeIndex) {
    if (rejectedIndex <= matchIndex || state == ProgressState.SNAPSHOT) {
      return false;
    }
    if (state == ProgressState.REPLICATE) {
      becomeProbe();
      return true;
    }
    if (rejectedIndex != nextIndex - 1) {
      return false;
    }
    nextIndex = Math.max(Math.min(rejectedIndex, probeIndex + 1), matchIndex + 1);
    probeSent = false;
    return true;
  }

  void becomeProbe() {
    probeFrom(matchIndex + 1);
  }

  private void probeFrom(long index) {
    state = ProgressState.PROBE;
    nextIndex = index;
    probeSent = false;
    ticksWithoutAnswer = 0;
    inflights.clear();
  }

  private void becomeReplicate() {
    state = ProgressState.REPLICATE;
    nextIndex = matchIndex + 1;
    probeSent = false;
    ticksWithoutAnswer = 0;
    inflights.clear();
  }

  void becomeSnapshot() {
    state = ProgressState.SNAPSHOT;
    probeSent = false;
    ticksUntilRetry = 0;
    inflights.clear();
  }

  void snapshotDelivered(long snapshotIndex) {
    Invariant.check(state == ProgressState.SNAPSHOT, "snapshot delivered to %d in %s", id, state);
    probeFrom(Math.max(matchIndex, snapshotIndex) + 1);
    // The follower is busy installing: the next heartbeat it answers late enough asks again.
    probeSent = true;
  }

  void snapshotFailed(int retryTicks) {
    ticksUntilRetry = retryTicks;
  }

  void connectionLost() {
    if (state == ProgressState.REPLICATE) {
      becomeProbe();
    }
  }

  void tick() {
    ticksWithoutAnswer++;
    if (state == ProgressState.SNAPSHOT && ticksUntilRetry > 0 && --ticksUntilRetry == 0) {
      becomeProbe();
    }
  }

  /**
   * Whether an append must be taken for lost: the follower lives, and has not answered for so long.
   * True once per period.
   */
  boolean takeStalled(int ticks) {
    if (ticksWithoutAnswer < ticks || (matchIndex == nextIndex - 1 && !probeSent)) {
      return false;
    }
    ticksWithoutAnswer = 0;
    probeSent = false;
    return true;
  }
}
