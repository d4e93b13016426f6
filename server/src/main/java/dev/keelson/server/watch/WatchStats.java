package dev.keelson.server.watch;

/**
 * How busy the hub is.
 *
 * @param streams that are open
 * @param watchers of all streams
 * @param watchersBehind who are told from history
 * @param slowStreams whose clients do not take what they are told
 * @param waitingBytes told, and not taken yet
 * @param eventsTold since the start
 */
public record WatchStats(
    long streams,
    int watchers,
    int watchersBehind,
    int slowStreams,
    long waitingBytes,
    long eventsTold) {
  public static final WatchStats NONE = new WatchStats(0, 0, 0, 0, 0, 0);

  /** Whether nobody watches and nothing waits. */
  boolean isIdle() {
    return watchers == 0 && watchersBehind == 0 && slowStreams == 0 && waitingBytes == 0;
  }
}
