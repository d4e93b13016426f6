package dev.keelson.server.rpc;

/**
 * The rhythm of streaming calls.
 *
 * @param electionTimeoutMillis three of them without a leader end a stream that asked for one
 */
public record StreamTiming(long electionTimeoutMillis) {
  public static final StreamTiming DEFAULT = new StreamTiming(1_000);
}
