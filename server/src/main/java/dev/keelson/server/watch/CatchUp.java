package dev.keelson.server.watch;

import dev.keelson.server.watch.Watcher.State;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings watchers up that are behind: one scan of history at a time serves all that are near each
 * other. Every other scan begins with who has waited longest, the ones between with who is nearest
 * to the present, so that neither holds the other up. Owned by the hub's thread.
 */
final class CatchUp {
  private final HubState hub;
  private final WatchHistory history;
  private final WatchLimits limits;
  private final Start start;
  private List<Watcher> ready = new ArrayList<>();
  private boolean scanning;
  private boolean nearestFirst = true;

  /** Runs scans where they delay nobody. */
  interface Start {
    /** Reads in the background, and lets {@link #finished} follow on the hub's thread. */
    void scan(List<Lag> lags);

    /** Reads at once, up to a revision. */
    HistoryScan.Result scanNow(List<Lag> lags, long to);
  }

  CatchUp(HubState hub, WatchHistory history, WatchLimits limits, Start start) {
    this.hub = hub;
    this.history = history;
    this.limits = limits;
    this.start = start;
  }

  /** A watcher that is behind, and whose stream has room as far as we know. */
  void add(Watcher watcher) {
    if (watcher.state == State.LAGGING) {
      ready.add(watcher);
    }
  }

  /** Begins the next scan if none is under way; whether it did. */
  boolean scanNext() {
    if (scanning || ready.isEmpty()) {
      return false;
    }
    ready.removeIf(watcher -> watcher.state != State.LAGGING);
    if (ready.isEmpty()) {
      return false;
    }
    var first = ready.getFirst();
    if (nearestFirst) {
      for (var watcher : ready) {
        first = watcher.next > first.next ? watcher : first;
      }
    }
    nearestFirst = !nearestFirst;
    scanning = true;
    start.scan(takeNear(first));
    return true;
  }

  /** All whose next revision one scan is likely to see. */
  private List<Lag> takeNear(Watcher first) {
    // Whoever is nearest looks back for company, whoever waits longest looks ahead.
    long reach = limits.maxScanRevisions();
    boolean nearPresent = first.next > history.revision() - reach;
    long from = nearPresent ? first.next - reach : first.next;
    long to = first.next + reach;
    var lags = new ArrayList<Lag>();
    var others = new ArrayList<Watcher>();
    for (var watcher : ready) {
      if (watcher.next >= from && watcher.next <= to) {
        watcher.state = State.SCANNING;
        lags.add(new Lag(watcher));
      } else {
        others.add(watcher);
      }
    }
    ready = others;
    return lags;
  }

  void finished(HistoryScan.Result result) {
    scanning = false;
    var level = settle(result);
    if (!level.isEmpty()) {
      // What was applied while the scan ran is little: reading it here leaves no gap.
      var lags = new ArrayList<Lag>(level.size());
      level.forEach(watcher -> lags.add(new Lag(watcher)));
      settle(start.scanNow(lags, hub.processed())).forEach(this::postpone);
    }
  }

  /** Tells what was found; returns those that are nearly level. */
  private List<Watcher> settle(HistoryScan.Result result) {
    var level = new ArrayList<Watcher>();
    for (var lag : result.lags()) {
      var watcher = lag.watcher;
      watcher.lag = null;
      if (watcher.state != State.SCANNING) {
        continue; // cancelled meanwhile
      }
      if (lag.isCompacted()) {
        hub.compacted(watcher, lag.compactRevision);
      } else if (!lag.events.isEmpty()
          && !hub.offer(watcher, Delivery.Events.of(watcher, result.revision(), lag.events))) {
        hub.block(watcher);
      } else {
        watcher.next = lag.reached;
        if (watcher.next > hub.processed()) {
          hub.goLive(watcher);
        } else if (hub.processed() - watcher.next < limits.closingRevisions()) {
          level.add(watcher);
        } else {
          postpone(watcher);
        }
      }
    }
    return level;
  }

  private void postpone(Watcher watcher) {
    watcher.state = State.LAGGING;
    ready.add(watcher);
  }
}
