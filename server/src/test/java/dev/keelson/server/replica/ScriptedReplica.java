package dev.keelson.server.replica;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftNode;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.ScriptedRandom;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.server.transport.PeerTransport;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The loop of member 1 of three, whose clock, disk and network do only what the test says. Ticks
 * are 100 ms, elections 1 s; everything that is written is durable, and applied, at once.
 */
final class ScriptedReplica {
  static final long TICK_NANOS = 100_000_000;
  static final long ELECTION_NANOS = 1_000_000_000;

  final List<Message> sent = new ArrayList<>();
  final PendingProposals pending = new PendingProposals(100);
  final ReplicaInbox inbox;
  private final ReplicaLoop loop;
  private final TestWorker worker = new TestWorker();
  private long nowNanos = 1_000;
  private long diskBusyNanos;
  private boolean applies = true;

  ScriptedReplica() {
    var log = new InMemoryLog();
    var base = new SnapshotDescriptor(LogPosition.ZERO, ScriptedMember.votersTo(3));
    var node =
        RaftNode.restore(
            RaftConfig.defaults(1, 10, 1),
            new RestoredState(HardState.INITIAL, base, 0),
            log,
            new ScriptedRandom(0));
    var limits = ReplicaLimits.of(100, 1_000);
    var transport = new TestTransport();
    var gate = new DurabilityGate(transport);
    inbox = new ReplicaInbox(worker, node.status(), limits, pending, gate, () -> nowNanos, 1);
    var parts =
        new ReplicaParts(
            new TestLog(log, inbox::persisted),
            new TestStateMachine(),
            (peer, atLeast) -> {},
            transport,
            gate,
            pending,
            new LogKeeping(5_000, 1 << 20),
            () -> nowNanos,
            (thread, cause) -> {
              throw new AssertionError(thread, cause);
            });
    loop = new ReplicaLoop(node, inbox, limits, parts);
    loop.start();
  }

  RaftStatus status() {
    return inbox.status();
  }

  void receive(Message message) {
    inbox.onMessage(message);
  }

  /** One round, after so much time. */
  void round(long afterNanos) {
    nowNanos += afterNanos;
    worker.round.run();
  }

  /** Rounds as they come when nothing disturbs them. */
  void ticks(int count) {
    for (int i = 0; i < count; i++) {
      round(TICK_NANOS);
    }
  }

  void applierHangs() {
    applies = false;
  }

  void diskIsBusyFor(long nanos) {
    diskBusyNanos = nanos;
  }

  /** Elected in term 1 by the vote of member 2, and its first entry is committed. */
  ScriptedReplica leading() {
    while (status().term() == 0) {
      ticks(1);
      receive(new Message.VoteResponse(2, 1, 1, true, true));
      round(0);
    }
    receive(new Message.VoteResponse(2, 1, 1, false, true));
    round(0);
    round(0);
    receive(new Message.AppendAccepted(2, 1, 1, 1));
    round(0);
    round(0);
    if (!status().isLeader() || status().commitIndex() != 1) {
      throw new AssertionError("not in office: " + status());
    }
    sent.clear();
    return this;
  }

  /** Follows member 2, in term 1. */
  ScriptedReplica following() {
    receive(new Message.Heartbeat(2, 1, 1, 0, 0));
    round(0);
    sent.clear();
    return this;
  }

  <M extends Message> List<M> sent(Class<M> kind) {
    return sent.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private final class TestTransport implements PeerTransport {
    @Override
    public void send(Message message) {
      sent.add(message);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private final class TestLog implements ReplicaParts.Log {
    private final InMemoryLog log;
    private final LongConsumer durable;

    TestLog(InMemoryLog log, LongConsumer durable) {
      this.log = log;
      this.durable = durable;
    }

    @Override
    public void append(long sequence, List<Entry> entries, HardState hardState, boolean mustSync) {
      log.append(entries);
      durable.accept(sequence);
    }

    @Override
    public void resetTo(LogPosition position) {
      throw new AssertionError("nothing is reset here");
    }

    @Override
    public void release(long upToIndex) {}

    @Override
    public long busyNanos() {
      return diskBusyNanos;
    }

    @Override
    public long averageEntryBytes() {
      return 100;
    }
  }

  private final class TestStateMachine implements ReplicaParts.StateMachine {
    @Override
    public void apply(List<Entry> committed) {
      if (applies) {
        inbox.applied(committed.getLast().index());
      }
    }

    @Override
    public void install(SnapshotDescriptor snapshot) {
      throw new AssertionError("nothing is installed here");
    }
  }

  private static final class TestWorker implements Worker {
    private Round round = new Unstarted();

    @Override
    public void start(Round started) {
      round = started;
    }

    @Override
    public void wake() {}

    @Override
    public boolean awaitRound() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static final class Unstarted implements Round {
    @Override
    public long run() {
      throw new AssertionError("not started");
    }

    @Override
    public boolean hasWork() {
      return false;
    }

    @Override
    public void failed(Throwable cause) {
      throw new AssertionError(cause);
    }
  }
}
