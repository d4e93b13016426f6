package dev.keelson.server.rpc;

/**
 * The rhythm of streaming calls.
 *
 * @param electionTimeoutMillis three of them without a leader end a stream that asked for one
 * @param watchProgressMillis between two words to a watcher that has nothing else to hear (W27)
 */
public record StreamTiming(long electionTimeoutMillis, long watchProgressMillis) {
  public static final StreamTiming DEFAULT = new StreamTiming(1_000, 600_000);
}
