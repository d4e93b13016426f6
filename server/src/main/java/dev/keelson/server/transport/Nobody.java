package dev.keelson.server.transport;

import dev.keelson.raft.Message;

/** Listens before the transport has started. */
enum Nobody implements PeerListener {
  LISTENS;

  @Override
  public void onMessage(Message message) {}

  @Override
  public void onConnected(long peer) {}

  @Override
  public void onDisconnected(long peer) {}
}
