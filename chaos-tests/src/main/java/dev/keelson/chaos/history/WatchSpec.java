package dev.keelson.chaos.history;

/**
 * What a watcher asked for.
 *
 * @param startRevision 0 for from now on
 * @param progress whether it is to be told now and then how far it is
 */
public record WatchSpec(
    KeyRange keys,
    long startRevision,
    boolean previous,
    boolean fragment,
    boolean progress,
    boolean noPut,
    boolean noDelete) {

  /** Everything from a revision on. */
  public static WatchSpec everything(long startRevision) {
    return of(KeyRange.all(), startRevision);
  }

  public static WatchSpec of(KeyRange keys, long startRevision) {
    return new WatchSpec(keys, startRevision, false, false, false, false, false);
  }

  public WatchSpec startingAt(long revision) {
    return new WatchSpec(keys, revision, previous, fragment, progress, noPut, noDelete);
  }

  public WatchSpec withPrevious() {
    return new WatchSpec(keys, startRevision, true, fragment, progress, noPut, noDelete);
  }

  public WatchSpec inFragments() {
    return new WatchSpec(keys, startRevision, previous, true, progress, noPut, noDelete);
  }

  public WatchSpec withProgress() {
    return new WatchSpec(keys, startRevision, previous, fragment, true, noPut, noDelete);
  }

  public WatchSpec withoutPuts() {
    return new WatchSpec(keys, startRevision, previous, fragment, progress, true, noDelete);
  }

  public WatchSpec withoutDeletes() {
    return new WatchSpec(keys, startRevision, previous, fragment, progress, noPut, true);
  }

  /** Whether it sees every change, so that no revision may be missing. */
  public boolean seesEverything() {
    return keys.isOpen() && keys.from().equals(KeyRange.NO_END) && !noPut && !noDelete;
  }

  public boolean wants(Change change) {
    return keys.contains(change.version().key()) && !(change.isPut() ? noPut : noDelete);
  }
}
