package dev.keelson.client;

import java.util.List;

/**
 * All that happened to the watched keys at one revision, in the order in which it happened.
 *
 * @param changes never empty
 */
public record Changes(long revision, List<Change> changes) {
  public Changes {
    changes = List.copyOf(changes);
  }
}
