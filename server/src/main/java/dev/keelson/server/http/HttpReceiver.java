package dev.keelson.server.http;

import io.netty.buffer.ByteBuf;

/** What the client of one request does, told on the connection's thread. */
public interface HttpReceiver {
  /** Who does not care. */
  HttpReceiver NOBODY =
      new HttpReceiver() {
        @Override
        public boolean body(ByteBuf part) {
          return true;
        }

        @Override
        public void bodyEnded() {}
      };

  /**
   * A part of the body, valid until this returns.
   *
   * @return false to hold back the rest until {@link HttpExchange#readOn}
   */
  boolean body(ByteBuf part);

  void bodyEnded();

  /** A part was a message of its own: over a WebSocket bodies have no end until the client goes. */
  default void messageEnded() {
    bodyEnded();
  }

  /** The client takes bytes again. */
  default void writable() {}

  /** The request is over: answered and sent, or its client has gone. Exactly once, and last. */
  default void ended(boolean answered) {}
}
