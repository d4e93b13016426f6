package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;

/**
 * Where the answers of one streaming call go. All methods but {@link #execute} are for the
 * connection's thread only; once the call is over they do nothing.
 */
public interface StreamSink<R> {
  /** The client has room for more. Past it the handler stops sending: what it sends is kept. */
  boolean isWritable();

  void send(R message);

  /** Lets so many more messages come. */
  void requestMore(int count);

  /** Ends the call well. */
  void complete();

  /** Ends the call with an error that has no name of its own. */
  void fail(StatusCode code, String message);

  default void fail(EtcdError error) {
    fail(error.code(), error.message());
  }

  /**
   * Goes on with the call on its connection's thread, at once if that is the caller's; does nothing
   * once the call is over. Thread-safe.
   */
  void execute(Runnable work);

  /** As {@link #execute}, some time later. Thread-safe. */
  void executeAfter(long millis, Runnable work);

  /** By what the client says who it is. */
  Credentials credentials();
}
