package dev.keelson.server.rpc;

/**
 * Serves a call whose requests or answers are streams. Runs on the connection's thread and must not
 * block.
 */
@FunctionalInterface
public interface StreamHandler<Q, R> {
  /** A call has come, admitted and through the gate (P2); its first message is asked for. */
  StreamReceiver<Q> open(StreamSink<R> sink);
}
