package dev.keelson.chaos.history;

import java.util.List;

/**
 * One event of a watch.
 *
 * @param version of a deleted key only the key and the revision of its end are set
 * @param previous what was there before, if that was asked for and there was something
 */
public record Change(boolean isPut, KeyVersion version, List<KeyVersion> previous) {
  public Change {
    previous = List.copyOf(previous);
  }

  public long revision() {
    return version.modRevision();
  }

  /** The same, as a watcher sees it who did not ask for what was there before. */
  public Change withoutPrevious() {
    return previous.isEmpty() ? this : new Change(isPut, version, List.of());
  }

  @Override
  public String toString() {
    return isPut ? "PUT " + version : "DELETE " + version.key() + "@" + version.modRevision();
  }
}
