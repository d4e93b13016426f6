package dev.keelson.server.rpc;

/**
 * One method that takes one message and answers with one. It runs on the thread of the client's
 * connection and must not block.
 */
@FunctionalInterface
public interface UnaryHandler<Q, R> {
  void handle(Q request, CallContext call, Answer<R> answer);
}
