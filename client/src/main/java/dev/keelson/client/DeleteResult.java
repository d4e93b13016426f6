package dev.keelson.client;

import java.util.List;

/**
 * What a {@link Delete} answers.
 *
 * @param revision the store's revision after it
 * @param deleted how many keys there were
 * @param previous what they held, if {@link Delete#withPrevious()} asked
 */
public record DeleteResult(long revision, long deleted, List<KeyValue> previous) {
  public DeleteResult {
    previous = List.copyOf(previous);
  }
}
