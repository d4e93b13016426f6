package dev.keelson.client;

import java.time.Duration;
import java.util.List;

/**
 * A lease as the cluster knows it.
 *
 * @param remaining how long it still lives without being renewed, in whole seconds
 * @param keys the keys that end with it; of the client's namespace only
 */
public record LeaseState(long id, Duration ttl, Duration remaining, List<Bytes> keys) {
  public LeaseState {
    keys = List.copyOf(keys);
  }
}
