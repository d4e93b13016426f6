package dev.keelson.raft.replication;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.log.RaftLog;
import dev.keelson.raft.step.Outbox;
import java.util.List;

/** Brings the logs of the followers to the state of the leader's, in one term (Raft 5.3). */
public final class Replicator {
  private final RaftConfig config;
  private final long term;
  private final RaftLog log;
  private final Outbox outbox;
  private final ProgressTable table;

  public Replicator(RaftConfig config, long term, RaftLog log, Outbox outbox, ProgressTable table) {
    this.config = config;
    this.term = term;
    this.log = log;
    this.outbox = outbox;
    this.table = table;
  }

  /** Sends every follower what it lacks and may be sent. */
  public void sendEntries() {
    for (var peer : table.peers()) {
      sendEntries(peer);
    }
  }

  /** Tells every follower the commit index, with entries if there are any to send. */
  public void sendCommit() {
    for (var peer : table.peers()) {
      feed(peer);
    }
  }

  /** Sends the follower what it lacks: entries, or at least the commit index. */
  public void feed(Progress peer) {
    if (!sendEntries(peer) && peer.lacksCommit(log.commit())) {
      send(peer, true);
    }
  }

  private boolean sendEntries(Progress peer) {
    boolean sent = false;
    while (send(peer, false)) {
      sent = true;
    }
    return sent;
  }

  private boolean send(Progress peer, boolean evenWithoutEntries) {
    if (peer.isPaused()) {
      return false;
    }
    if (peer.nextIndex() < log.firstIndex()) {
      shipSnapshot(peer);
      return false;
    }
    if (peer.nextIndex() <= log.lastIndex()) {
      send(peer, log.read(peer.nextIndex(), log.lastIndex() + 1, config.maxAppendBytes()));
      return true;
    }
    if (evenWithoutEntries) {
      send(peer, List.of());
    }
    return false;
  }

  private void send(Progress peer, List<Entry> entries) {
    var previous = log.positionAt(peer.nextIndex() - 1);
    outbox.send(
        new Message.AppendRequest(config.id(), peer.id(), term, previous, entries, log.commit()));
    peer.sent(entries, log.commit());
  }

  private void shipSnapshot(Progress peer) {
    // A snapshot is dear: not for a peer that may be dead. It is asked for again once it answers.
    if (peer.isRecentlyActive()) {
      peer.becomeSnapshot();
      outbox.add(new Effect.ShipSnapshot(peer.id(), log.firstIndex() - 1));
    }
  }

  /** Whether the follower's match index moved. */
  public boolean accepted(Progress peer, long matchIndex) {
    Invariant.check(
        matchIndex <= log.lastIndex(),
        "member %d claims entry %d of term %d, the log ends at %d",
        peer.id(),
        matchIndex,
        term,
        log.lastIndex());
    peer.heard();
    return peer.accepted(matchIndex, log.firstIndex());
  }

  public void rejected(Progress peer, long rejectedIndex, LogPosition hint) {
    peer.heard();
    // The follower skipped the terms we cannot have there; we skip those it cannot have.
    var shared = log.sharedAtMost(hint);
    if (peer.rejected(rejectedIndex, shared.index())) {
      sendEvenIfEmpty(peer);
    }
  }

  public void heartbeatAnswered(Progress peer) {
    peer.heard();
    if (peer.state() == ProgressState.SNAPSHOT) {
      return;
    }
    if (peer.takeStalled(config.heartbeatTicks())) {
      probeStalled(peer);
    } else {
      feed(peer);
    }
  }

  /** An append or its answer was lost. An empty one asks how far the follower really is. */
  private void probeStalled(Progress peer) {
    if (peer.nextIndex() < log.firstIndex()) {
      shipSnapshot(peer);
    } else if (peer.state() == ProgressState.PROBE) {
      sendEvenIfEmpty(peer);
    } else {
      send(peer, List.of());
    }
  }

  private void sendEvenIfEmpty(Progress peer) {
    if (!sendEntries(peer)) {
      send(peer, true);
    }
  }

  public void tick(Progress peer) {
    peer.tick();
  }

  public void connectionLost(Progress peer) {
    peer.connectionLost();
  }

  public void snapshotShipped(Progress peer, long snapshotIndex, boolean delivered) {
    if (peer.state() != ProgressState.SNAPSHOT) {
      return;
    }
    if (delivered) {
      peer.snapshotDelivered(snapshotIndex);
    } else {
      peer.snapshotFailed(config.electionTicks());
    }
  }
}
