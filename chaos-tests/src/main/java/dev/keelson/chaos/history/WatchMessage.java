package dev.keelson.chaos.history;

import java.util.List;

/**
 * A response on a watch stream.
 *
 * @param nanos when the client had it
 * @param revision the header's
 * @param fragment whether the rest of the last revision is still to come
 */
public record WatchMessage(
    long watch,
    long nanos,
    long revision,
    Kind kind,
    long compactRevision,
    boolean fragment,
    List<Change> changes)
    implements Item {

  /** What a response says. */
  public enum Kind {
    CREATED,
    EVENTS,
    PROGRESS,
    CANCELED
  }

  public WatchMessage {
    changes = List.copyOf(changes);
  }

  public WatchMessage withChanges(List<Change> other) {
    return new WatchMessage(watch, nanos, revision, kind, compactRevision, fragment, other);
  }

  public WatchMessage at(long time) {
    return new WatchMessage(watch, time, revision, kind, compactRevision, fragment, changes);
  }

  public WatchMessage withRevision(long header) {
    return new WatchMessage(watch, nanos, header, kind, compactRevision, fragment, changes);
  }
}
