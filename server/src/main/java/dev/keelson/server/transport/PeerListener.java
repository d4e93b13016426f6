package dev.keelson.server.transport;

import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.raft.Message;

/** What peers say. Called on the transport's threads; must not block. */
public interface PeerListener {
  void onMessage(Message message);

  /** A peer whose clients ask about leases takes this member for the leader. */
  default void onLeaseQuestions(long peer, LeaseQuestions questions) {}

  default void onLeaseAnswers(long peer, LeaseAnswers answers) {}

  /** The connection to this peer is open, and its identity was checked. */
  void onConnected(long peer);

  /** The connection broke: what was on its way may be lost. */
  void onDisconnected(long peer);

  /** The connection stands, but messages were dropped since too many waited for it. */
  default void onOverflow(long peer) {
    onDisconnected(peer);
  }

  /**
   * The peer refuses us for good, and so will every other.
   *
   * @param replaced whether it knows us with another data directory; else we were removed
   */
  default void onExpelled(long peer, boolean replaced, String detail) {}
}
