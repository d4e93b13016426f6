package dev.keelson.server.http;

import io.netty.buffer.ByteBuf;

/** What the client of one request does, told on the connection's thread. */
public interface HttpReceiver {
  /**
   * A part of the body, valid until this returns.
   *
   * @return false to hold back the rest until {@link HttpExchange#readOn}
   */
  boolean body(ByteBuf part);

  void bodyEnded();

  /** The client takes bytes again. */
  default void writable() {}

  /** The request is over: answered and sent, or its client has gone. Exactly once, and last. */
  default void ended(boolean answered) {}
}
