package dev.keelson.server.replica;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.server.time.Clock;
import dev.keelson.server.transport.PeerTransport;
import java.util.List;

/** What the loop works with. No method of these blocks for long. */
public record ReplicaParts(
    Log log,
    StateMachine stateMachine,
    SnapshotShipper snapshots,
    PeerTransport transport,
    DurabilityGate gate,
    PendingProposals pending,
    LogKeeping keeping,
    Clock clock,
    MemberFailure failure) {

  /** The log; its thread answers with {@link ReplicaInbox#persisted}. */
  public interface Log {
    void append(long sequence, List<Entry> entries, HardState hardState, boolean mustSync);

    /** A snapshot took the place of all entries up to the position; durable when this returns. */
    void resetTo(LogPosition position);

    /** Entries up to this index are not needed any more. */
    void release(long upToIndex);

    /** How long the writer has been at what it is doing; 0 if it does nothing. */
    long busyNanos();

    /** Of the entries appended since the start. */
    long averageEntryBytes();
  }

  /** The state machine; its thread answers with {@link ReplicaInbox#applied}. */
  public interface StateMachine {
    void apply(List<Entry> committed);

    /** Answered with {@link ReplicaInbox#snapshotInstalled}. */
    void install(SnapshotDescriptor snapshot);
  }

  /** Ships snapshots to members that are too far behind the log. */
  public interface SnapshotShipper {
    /** Answered with {@link ReplicaInbox#snapshotShipped}. */
    void ship(long peer, long atLeastIndex);
  }
}
