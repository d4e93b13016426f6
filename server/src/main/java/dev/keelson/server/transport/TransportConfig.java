package dev.keelson.server.transport;

import java.time.Duration;
import java.util.List;

/**
 * The bounds the transport works within.
 *
 * @param listenUrls where peers reach us, {@code http://host:port}; port 0 takes any free one
 * @param serverVersion told to peers in the handshake
 * @param maxFrameBytes the largest message; must exceed the largest entry
 * @param maxOutboxBytes appends and forwarded proposals that wait for one peer (MEM-bound); one
 *     larger message still goes alone
 * @param snapshotBytesPerSecond the pace of one snapshot transfer; 0 is as fast as it goes
 * @param timing how patient the transport is
 */
public record TransportConfig(
    List<String> listenUrls,
    String serverVersion,
    int maxFrameBytes,
    long maxOutboxBytes,
    long snapshotBytesPerSecond,
    Timing timing) {

  public TransportConfig {
    listenUrls = List.copyOf(listenUrls);
  }

  /** The production bounds. */
  public static TransportConfig defaults(List<String> listenUrls, String serverVersion) {
    return new TransportConfig(listenUrls, serverVersion, 64 << 20, 16 << 20, 0, Timing.defaults());
  }

  /** The same with another pace of snapshots. */
  public TransportConfig withSnapshotBytesPerSecond(long pace) {
    return new TransportConfig(
        listenUrls, serverVersion, maxFrameBytes, maxOutboxBytes, pace, timing);
  }

  /**
   * How patient the transport is.
   *
   * @param firstRetry the wait after the first failed dial; doubles up to the longest
   * @param longestRetry the wait between dials to a peer that is down
   * @param longestRefusedRetry the wait between dials to a peer that refuses us
   * @param connectTimeout until a dial that is not answered has failed
   * @param tick the unit of the two counts below, and the time between pings
   * @param handshakeTicks until a connection must have said who it is
   * @param silentTicks until a peer that is not heard of is lost
   */
  public record Timing(
      Duration firstRetry,
      Duration longestRetry,
      Duration longestRefusedRetry,
      Duration connectTimeout,
      Duration tick,
      int handshakeTicks,
      int silentTicks) {

    public static Timing defaults() {
      return new Timing(
          Duration.ofMillis(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          3,
          4);
    }
  }
}
