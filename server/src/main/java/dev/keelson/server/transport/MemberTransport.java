package dev.keelson.server.transport;

import java.time.Duration;

/** All ways to the other members. Thread-safe; no method blocks. */
public interface MemberTransport extends PeerTransport, LeaseCourier {
  /**
   * Ships a snapshot, once to a peer at a time.
   *
   * @param term the leader's, for the message that it has arrived
   * @param source closed when the shipment has ended
   */
  void shipSnapshot(long peer, long term, SnapshotSource source, ShipmentListener listener);

  /** Whether the connection to the peer has stood for so long without a break. */
  boolean isConnected(long peer, Duration atLeast);

  /** The table of members is another one: its addresses count from now on. */
  void membersChanged();
}
