package dev.keelson.server.watch;

/**
 * How busy the hub is.
 *
 * @param watchers of all streams
 * @param slowStreams whose clients do not take what they are told
 * @param waitingBytes told, and not taken yet
 */
public record WatchStats(int watchers, int slowStreams, long waitingBytes) {
  public static final WatchStats NONE = new WatchStats(0, 0, 0);
}
