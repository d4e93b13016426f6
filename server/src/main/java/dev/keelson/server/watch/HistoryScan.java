package dev.keelson.server.watch;

import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Reads a piece of history once for all who are behind in it. */
final class HistoryScan {
  private static final AppliedChange.Previous UNREAD = new AppliedChange.Previous.Unread();

  /** Up to so many watchers are asked one by one. */
  private static final int FEW = 4;

  private final WatchLimits limits;
  private final List<Lag> lags;
  private final WatcherIndex index;
  private long revision;
  private int scanned;
  private long bytes;

  /** What a scan came to, as of the store's revision when it was made. */
  record Result(List<Lag> lags, long revision) {}

  private HistoryScan(WatchLimits limits, List<Lag> lags, RandomGenerator random) {
    this.limits = limits;
    this.lags = lags;
    this.index = new WatcherIndex(random);
  }

  /**
   * Reads on for all of them.
   *
   * @param to the last revision to look at; the store may be further
   */
  static Result run(
      WatchHistory history, List<Lag> lags, long to, WatchLimits limits, RandomGenerator random) {
    try (var view = history.open()) {
      var readable = new ArrayList<Lag>();
      for (var lag : lags) {
        if (lag.from < view.compactRevision()) {
          lag.compactRevision = view.compactRevision();
        } else {
          readable.add(lag);
        }
      }
      if (!readable.isEmpty()) {
        new HistoryScan(limits, readable, random).read(view, Math.min(to, view.revision()));
      }
      return new Result(lags, view.revision());
    }
  }

  private void read(WatchHistory.View view, long to) {
    long from = Long.MAX_VALUE;
    for (var lag : lags) {
      from = Math.min(from, lag.from);
      lag.watcher.lag = lag;
      if (lags.size() > FEW) {
        index.add(lag.watcher);
      }
    }
    try (var changes = view.changes(from, to)) {
      for (var change = changes.next(); change.isPresent(); change = changes.next()) {
        long main = change.get().revision().main();
        if (main != revision && isEnough()) {
          lags.forEach(lag -> lag.scannedBefore(main));
          return;
        }
        revision = main;
        scanned++;
        offer(change.get(), view);
      }
    }
    lags.forEach(lag -> lag.scannedBefore(to + 1));
  }

  private boolean isEnough() {
    return scanned >= limits.maxScanChanges()
        || bytes >= limits.maxScanBytes()
        || (lags.size() == 1 && lags.getFirst().isFull());
  }

  private void offer(Change change, WatchEvent.PreviousValues previous) {
    var event = new WatchEvent(new AppliedChange(change, UNREAD), previous);
    if (lags.size() > FEW) {
      index.forEach(change.key(), watcher -> offer(event, watcher));
    } else {
      for (var lag : lags) {
        if (lag.watcher.range.contains(change.key())) {
          bytes += lag.offer(event, limits);
        }
      }
    }
  }

  private void offer(WatchEvent event, Watcher watcher) {
    var lag = watcher.lag;
    if (lag != null) {
      bytes += lag.offer(event, limits);
    }
  }
}
