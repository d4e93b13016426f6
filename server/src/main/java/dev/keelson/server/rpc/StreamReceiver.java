package dev.keelson.server.rpc;

/** What the client of one streaming call does, told on the connection's thread. */
public interface StreamReceiver<Q> {
  /** One at a time; the next comes once it is asked for by {@link StreamSink#requestMore}. */
  void message(Q request);

  /** The client will send no more; it may go on listening. */
  void halfClosed();

  /** The call is over, whoever ended it: release everything. Called exactly once, and last. */
  void ended();

  /** {@link StreamSink#isWritable} has become true again; may be told more often than that. */
  void writable();
}
