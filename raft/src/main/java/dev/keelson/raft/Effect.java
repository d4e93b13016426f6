package dev.keelson.raft;

import java.util.List;

/**
 * What the node wants done, in this order. The node never does it itself: conditions on the outside
 * world are data here.
 */
public sealed interface Effect {

  /**
   * Write to the log. The first entry may stand at or before the log's last index: everything from
   * there on is replaced.
   *
   * @param sequence rises by one with each Append; answered by {@link Input.Persisted}
   * @param hardState the state to be durable with these entries
   * @param mustSync whether durability matters: false if only the commit index moved
   */
  record Append(long sequence, List<Entry> entries, HardState hardState, boolean mustSync)
      implements Effect {
    public Append {
      entries = List.copyOf(entries);
    }
  }

  /** Send at once. Messages may be lost; the node sends again when it matters. */
  record Send(Message message) implements Effect {}

  /** Send only after the Append of this sequence, and all before it, are durable. */
  record SendAfterDurable(Message message, long sequence) implements Effect {}

  /** Apply these committed entries, in order; answered by {@link Input.Applied}. */
  record Apply(List<Entry> entries) implements Effect {
    public Apply {
      entries = List.copyOf(entries);
    }
  }

  /** The read is linearizable once the state machine has applied this index. */
  record ServeRead(long readId, long index) implements Effect {}

  /** The read cannot be answered by this term's leader. */
  record FailRead(long readId, ReadFailure reason) implements Effect {}

  /** These proposals were not appended anywhere, and never will be. */
  record RejectProposals(List<Long> proposalIds, ProposalRejection reason) implements Effect {
    public RejectProposals {
      proposalIds = List.copyOf(proposalIds);
    }
  }

  /**
   * Send this peer a snapshot that reaches at least the index; answered by {@link
   * Input.SnapshotShipped}.
   */
  record ShipSnapshot(long peer, long atLeastIndex) implements Effect {}

  /**
   * Replace the state machine and the log by the snapshot whose files have arrived; answered by
   * {@link Input.SnapshotInstalled}.
   */
  record InstallSnapshot(SnapshotDescriptor snapshot) implements Effect {}

  /** Why a read found no index. */
  enum ReadFailure {
    /** The leader that was asked lost its office before it answered. */
    LEADER_CHANGED,
    /** Too many reads wait already. */
    OVERLOADED
  }

  /** Why a proposal was refused. Nothing happened and nothing will. */
  enum ProposalRejection {
    /** No leader is known. */
    NO_LEADER,
    /** The proposal may be made by a leader only, and this member is none. */
    NOT_LEADER,
    /** Too much of the log is uncommitted. */
    OVERLOADED,
    /** Leadership is being handed over. */
    TRANSFERRING,
    /** The change was made from a configuration that is not the present one, or cannot be made. */
    CONFIGURATION_CHANGED,
    /** Another change is under way, or the leader has committed nothing in its term yet. */
    CHANGE_UNDER_WAY,
    /** A learner that shall vote holds too little of the log. */
    LEARNER_NOT_READY
  }
}
