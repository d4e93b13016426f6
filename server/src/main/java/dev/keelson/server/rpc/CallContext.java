package dev.keelson.server.rpc;

import dev.keelson.storage.mvcc.ReadView;
import java.util.function.Consumer;

/** A call under way, as its handler sees it. Thread-safe. */
public interface CallContext {
  /** How much a read may look at. */
  enum Extent {
    /** A few keys by name: read at once, on the connection's thread. */
    POINT,
    /** Anything else: read where it delays nobody. */
    RANGE
  }

  /** Nobody waits for the answer: cancelled, past its deadline, or the connection is gone. */
  boolean isCancelled();

  /**
   * Goes on with the call on its connection's thread; for callers on threads that others need. Does
   * nothing for a cancelled call.
   */
  void resume(Runnable work);

  /** As {@link #resume}, some time later. */
  void resumeAfter(long millis, Runnable work);

  /**
   * Runs once the call has ended, however it did, on its connection's thread; at once if it has.
   * For a handler that must take something back. Called on that thread, at most once.
   */
  void whenOver(Runnable work);

  /** The same call for work that must be done even if its client has gone meanwhile. */
  CallContext detached();

  /**
   * Reads the newest state, on a thread that fits. Does nothing for a cancelled call; where reads
   * have piled up, ends it with "too many requests".
   *
   * @param read uses the view only until it returns
   */
  void read(Extent extent, Consumer<ReadView> read);

  /** By what the client says who it is; the same for all that is done for its call. */
  Credentials credentials();
}
