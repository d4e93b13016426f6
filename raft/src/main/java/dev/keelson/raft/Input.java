package dev.keelson.raft;

import dev.keelson.raft.membership.MembershipChange;
import java.util.List;

/** Everything that can happen to a Raft node. Nothing else reaches it. */
public sealed interface Input {

  /** One unit of time has passed. */
  record Tick() implements Input {}

  /** A peer's message arrived. It may be late, doubled or out of order. */
  record Receive(Message message) implements Input {}

  /** Commands of this member's clients; all that have gathered, in order. */
  record Propose(List<Proposal> proposals) implements Input {
    public Propose {
      proposals = List.copyOf(proposals);
    }
  }

  /** Somebody wants other members. Refused while another change is under way. */
  record ChangeMembership(MembershipChange change) implements Input {}

  /** Every {@link Effect.Append} up to this sequence is durable. */
  record Persisted(long sequence) implements Input {}

  /** The state machine has applied all entries up to this index. */
  record Applied(long index) implements Input {}

  /**
   * A linearizable read wants to know the index it must wait for.
   *
   * @param readId unique in this run of the node; one id may stand for many client reads
   */
  record ReadRequest(long readId) implements Input {}

  /**
   * An operator, or a graceful shutdown, wants another leader (dissertation 3.10).
   *
   * @param target {@link #ANYBODY} for the voter that is furthest, of those that answer if any does
   */
  record TransferLeadership(long target) implements Input {
    public static final long ANYBODY = 0;
  }

  /**
   * This member was away, or its disk does not answer, for longer than an election takes: others
   * may lead by now, and it cannot lead well (TM-pause). A leader gives up its office at once and
   * tells another to stand; its reads fail.
   */
  record StandDown() implements Input {}

  /** The connection to a peer broke: what was in flight to it may be lost. */
  record PeerUnreachable(long peer) implements Input {}

  /** The transfer that {@link Effect.ShipSnapshot} asked for has ended. */
  record SnapshotShipped(long peer, long snapshotIndex, boolean delivered) implements Input {}

  /** The snapshot of {@link Effect.InstallSnapshot} is in place and durable, log and state both. */
  record SnapshotInstalled(SnapshotDescriptor snapshot) implements Input {}
}
