package dev.keelson.server.rpc;

import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.http.HttpPolicy;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * How the client port listens.
 *
 * @param addresses at least one; port 0 takes a free one
 * @param eventLoopThreads for all connections and point reads
 * @param readThreads for range reads
 * @param sniffTimeoutMillis how long a new connection may keep quiet about what it speaks
 */
public record ClientPortConfig(
    List<InetSocketAddress> addresses,
    int eventLoopThreads,
    int readThreads,
    ServerConfig.Limits limits,
    CallBudget budget,
    StreamTiming streams,
    HttpPolicy http,
    long sniffTimeoutMillis) {
  private static final long SNIFF_TIMEOUT_MILLIS = 10_000;

  public ClientPortConfig {
    addresses = List.copyOf(addresses);
  }

  /** What fits this machine. */
  public static ClientPortConfig of(
      List<InetSocketAddress> addresses,
      ServerConfig.Limits limits,
      StreamTiming streams,
      HttpPolicy http) {
    int processors = Runtime.getRuntime().availableProcessors();
    return new ClientPortConfig(
        addresses,
        Math.clamp(processors / 2, 1, 16),
        Math.clamp(processors / 2, 2, 16),
        limits,
        CallBudget.DEFAULT,
        streams,
        http,
        SNIFF_TIMEOUT_MILLIS);
  }
}
