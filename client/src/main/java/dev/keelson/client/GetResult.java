package dev.keelson.client;

import java.util.List;
import java.util.Optional;

/**
 * What was read, all of it as of one revision.
 *
 * @param revision the store's revision when it was read
 * @param more whether the limit left keys out
 * @param count how many keys the range has, whatever the limit
 */
public record GetResult(long revision, List<KeyValue> keyValues, boolean more, long count) {
  public GetResult {
    keyValues = List.copyOf(keyValues);
  }

  public Optional<KeyValue> first() {
    return keyValues.stream().findFirst();
  }
}
