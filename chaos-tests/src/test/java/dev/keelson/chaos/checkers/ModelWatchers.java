package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.WatchClosed;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.chaos.history.WatchOpened;
import dev.keelson.chaos.history.WatchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Watchers of a {@link ModelStore} through members that lag, as they would be told. */
final class ModelWatchers {
  /** One stream. */
  private static final class Watcher {
    private final WatchOpened opened;
    private long next;

    /** Where one would go on who knows only what was told. */
    private long resumeAt;

    private boolean closed;

    Watcher(WatchOpened opened, long next) {
      this.opened = opened;
      this.next = next;
      resumeAt = next;
    }
  }

  private final Random random;
  private final ModelStore store;
  private final List<Item> items;
  private final List<Watcher> watchers = new ArrayList<>();
  private long ids;

  ModelWatchers(Random random, ModelStore store, List<Item> items) {
    this.random = random;
    this.store = store;
    this.items = items;
  }

  /** A full watch of each member, which is the oracle, and some others. */
  void openFirst(int members) {
    for (int member = 0; member < members; member++) {
      open(WatchSpec.everything(1), member, 0, 0, 1);
    }
    open(WatchSpec.of(KeyRange.prefix("r/"), 1).withPrevious(), 0, 0, 0, 1);
    open(WatchSpec.of(KeyRange.prefix("m/"), 1).withoutPuts().withProgress(), 1, 0, 0, 1);
    open(WatchSpec.of(KeyRange.prefix("b/"), 1).inFragments(), 2 % members, 0, 0, 1);
  }

  void openSome(long nanos, int member, long applied) {
    long start = Math.max(store.floor() + 1, applied - 4 + random.nextInt(9));
    WatchSpec spec = WatchSpec.of(KeyRange.prefix(random.nextBoolean() ? "m/" : "r/"), start);
    open(random.nextBoolean() ? spec : spec.withPrevious(), member, 0, nanos, applied);
  }

  /** Tells something to one of them, or breaks it and resumes it elsewhere. */
  void step(long nanos, long[] applied) {
    Watcher watcher = watchers.get(random.nextInt(watchers.size()));
    int member = watcher.opened.member();
    if (watcher.closed) {
      return;
    }
    boolean lost = watcher.resumeAt <= store.floor() && watcher.opened.spec().seesEverything();
    if (random.nextInt(12) == 0 && !lost) {
      watcher.closed = true;
      items.add(new WatchClosed(watcher.opened.watch(), nanos, "broken"));
      boolean oracle = watcher.opened.spec().seesEverything();
      int to = oracle ? member : random.nextInt(applied.length);
      if (watcher.resumeAt > store.floor()) {
        open(
            watcher.opened.spec().startingAt(watcher.resumeAt),
            to,
            watcher.opened.watch(),
            nanos + 1,
            applied[to]);
      }
      return;
    }
    tell(watcher, nanos, applied[member], 1 + random.nextInt(4));
  }

  void tellAll(long nanos, long revision) {
    for (Watcher watcher : List.copyOf(watchers)) {
      if (!watcher.closed) {
        tell(watcher, nanos, revision, Integer.MAX_VALUE);
        progress(watcher, nanos, revision);
      }
    }
  }

  private void open(WatchSpec spec, int member, long resumes, long nanos, long revision) {
    var opened = new WatchOpened(++ids, 1000 + (int) ids, member, spec, resumes, nanos);
    items.add(opened);
    items.add(
        new WatchMessage(ids, nanos + 1, revision, WatchMessage.Kind.CREATED, 0, false, List.of()));
    watchers.add(new Watcher(opened, spec.startRevision()));
  }

  private void tell(Watcher watcher, long nanos, long applied, int most) {
    WatchSpec spec = watcher.opened.spec();
    int revisions = 0;
    var batch = new ArrayList<Change>();
    while (watcher.next <= applied && revisions < most) {
      for (Change change : store.changes(watcher.next)) {
        if (spec.wants(change)) {
          batch.add(spec.previous() ? withPrevious(change) : change);
        }
      }
      watcher.next++;
      revisions++;
    }
    if (batch.isEmpty()) {
      if (random.nextInt(3) == 0) {
        progress(watcher, nanos, applied);
      }
      return;
    }
    int cut = spec.fragment() && batch.size() > 1 ? 1 + random.nextInt(batch.size() - 1) : 0;
    if (cut > 0) {
      events(watcher, nanos, applied, true, batch.subList(0, cut));
    }
    events(watcher, nanos, applied, false, batch.subList(cut, batch.size()));
  }

  private void progress(Watcher watcher, long nanos, long applied) {
    if (watcher.next == applied + 1 && applied >= watcher.opened.spec().startRevision()) {
      items.add(
          new WatchMessage(
              watcher.opened.watch(),
              nanos,
              applied,
              WatchMessage.Kind.PROGRESS,
              0,
              false,
              List.of()));
      watcher.resumeAt = watcher.next;
    }
  }

  private void events(
      Watcher watcher, long nanos, long header, boolean fragment, List<Change> changes) {
    items.add(
        new WatchMessage(
            watcher.opened.watch(), nanos, header, WatchMessage.Kind.EVENTS, 0, fragment, changes));
    watcher.resumeAt = changes.getLast().revision() + (fragment ? 0 : 1);
  }

  /** C8: of what was compacted nothing is told, if the member is already done with it. */
  private Change withPrevious(Change change) {
    List<KeyVersion> before =
        change.revision() - 1 < store.floor()
            ? List.of()
            : store.at(change.version().key(), change.revision() - 1).stream().toList();
    return new Change(change.isPut(), change.version(), before);
  }
}
