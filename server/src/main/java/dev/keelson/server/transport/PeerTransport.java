package dev.keelson.server.transport;

import dev.keelson.raft.Message;

/** The way to the other members. Thread-safe; no method blocks. */
public interface PeerTransport extends AutoCloseable {
  /** Sends, or drops: when there is no connection, or the peer's queue is full. */
  void send(Message message);

  /** Called once after a batch of sends: what was sent leaves now. */
  void flush();

  @Override
  void close();
}
