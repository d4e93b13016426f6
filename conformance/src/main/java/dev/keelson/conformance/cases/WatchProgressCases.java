package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Section 11.7, fifth part: how far a client has been told everything. */
public final class WatchProgressCases {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final String NOTIFY_EACH_SECOND = "--watch-progress-notify-interval=1s";

  private static final Duration EARLY = Duration.ofMillis(50);

  private WatchProgressCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("197", "a progress request is answered", WatchProgressCases::answered),
        Case.of("198", "not without watchers", WatchProgressCases::withoutWatchers)
            .tagged(Tag.NOT_ON_3_4),
        Case.of("199", "not before history is told", WatchProgressCases::duringHistory)
            .tagged(Tag.NOT_ON_3_4),
        Case.of("200", "not while a start is in the future", WatchProgressCases::futureStart)
            .tagged(Tag.NOT_ON_3_4),
        Case.of("200-periodic", "nor by the clock", WatchProgressCases::futurePeriodic)
            .withFlags(NOTIFY_EACH_SECOND)
            .tagged(Tag.NOT_ON_3_4, Tag.SLOW),
        Case.of("201", "progress covers keys nobody watches", WatchProgressCases::unwatched),
        Case.of("202", "an idle watcher is notified by the clock", WatchProgressCases::periodic)
            .withFlags(NOTIFY_EACH_SECOND)
            .tagged(Tag.SLOW),
        Case.of("203", "an event stands for a notification", WatchProgressCases::skipped)
            .withFlags(NOTIFY_EACH_SECOND)
            .tagged(Tag.SLOW),
        Case.of("204", "nobody is notified unasked", WatchProgressCases::unasked)
            .withFlags(NOTIFY_EACH_SECOND)
            .tagged(Tag.SLOW));
  }

  private static void answered(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a"));
      watch.create(keys.watch("b"));
      Expect.equal(store.revision(), watch.progress(), "progress at rest");
      for (int round = 0; round < 20; round++) {
        store.put(keys.put("a", "v" + round));
        watch.sendProgressRequest();
        // The put was acknowledged before: its event comes first, whatever follows.
        long told = watch.nextEvent(0).getKv().getModRevision();
        WatchResponse progress = watch.next();
        WatchSession.checkProgress(progress, WatchSession.NONE);
        Expect.equal(told, progress.getHeader().getRevision(), "progress after the event");
      }
      watch.expectSilence(store, keys);
    }
  }

  private static void withoutWatchers(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.sendProgressRequest();
      watch.expectSilence(store, keys);
      // The watcher of the silence is cancelled by now.
      watch.sendProgressRequest();
      watch.expectSilence(store, keys);
      watch.create(keys.watch("a"));
      Expect.equal(store.revision(), watch.progress(), "progress with a watcher");
    }
  }

  private static void duringHistory(Store store, Keys keys) {
    int puts = 1001;
    long first = store.revision() + 1;
    store.putAtOnce(IntStream.range(0, puts).mapToObj(i -> keys.put("a", "v" + i)).toList());
    try (WatchSession watch = store.watch()) {
      watch.send(keys.watch("a").setStartRevision(first));
      watch.sendProgressRequest();
      Expect.isTrue(watch.next().getCreated(), "created");
      Expect.equal(puts, watch.events(0, puts).size(), "events before any progress");
      // All is told, so a request that is made now is answered, at once or when asked again.
      WatchResponse progress = askUntilAnswered(watch);
      WatchSession.checkProgress(progress, WatchSession.NONE);
      Expect.equal(first + puts - 1, progress.getHeader().getRevision(), "progress");
    }
  }

  private static void futureStart(Store store, Keys keys) {
    long now = store.put(keys.put("a", "0")).getHeader().getRevision();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setStartRevision(now + 100));
      watch.sendProgressRequest();
      watch.expectSilence(store, keys);
      store.putAtOnce(IntStream.range(0, 100).mapToObj(i -> keys.put("b", "v" + i)).toList());
      Expect.isTrue(store.revision() >= now + 100, "the start is reached");
      Expect.equal(store.revision(), watch.progress(), "progress once the start is reached");
    }
  }

  private static void futurePeriodic(Store store, Keys keys) {
    long now = store.put(keys.put("a", "0")).getHeader().getRevision();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setStartRevision(now + 2).setProgressNotify(true));
      Expect.isTrue(
          watch.next(INTERVAL.multipliedBy(5).dividedBy(2)).isEmpty(), "no notification yet");
      store.put(keys.put("b", "1"));
      long start = store.put(keys.put("b", "2")).getHeader().getRevision();
      WatchResponse progress = watch.next();
      WatchSession.checkProgress(progress, 0);
      Expect.equal(start, progress.getHeader().getRevision(), "first notified revision");
    }
  }

  private static void unwatched(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a"));
      for (int round = 0; round < 20; round++) {
        long put = store.put(keys.put("b", "v" + round)).getHeader().getRevision();
        Expect.equal(put, watch.progress(), "progress after a put nobody watches");
      }
    }
  }

  private static void periodic(Store store, Keys keys) {
    long opening = System.nanoTime();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setProgressNotify(true).setWatchId(6));
      // The first may come soon: the timer is the stream's (W27).
      WatchSession.checkProgress(watch.next(), 6);
      for (int tick = 2; tick <= 4; tick++) {
        long put = store.put(keys.put("b", "v" + tick)).getHeader().getRevision();
        // Of notifications that were on their way before the put, none or several have come.
        WatchResponse progress = watch.next();
        WatchSession.checkProgress(progress, 6);
        while (progress.getHeader().getRevision() < put) {
          progress = watch.next();
          WatchSession.checkProgress(progress, 6);
        }
        Expect.equal(put, progress.getHeader().getRevision(), "notified revision");
        expectTicks(tick, opening);
      }
    }
  }

  private static void skipped(Store store, Keys keys) {
    long opening = System.nanoTime();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setProgressNotify(true));
      WatchSession.checkProgress(watch.next(), 0);
      long put = store.put(keys.put("a", "1")).getHeader().getRevision();
      int ticks = 1;
      WatchResponse event = watch.next();
      while (event.getEventsCount() == 0) {
        // It was on its way before the put.
        WatchSession.checkProgress(event, 0);
        ticks++;
        event = watch.next();
      }
      Expect.equal(put, event.getEvents(0).getKv().getModRevision(), "mod_revision");
      WatchResponse progress = watch.next();
      WatchSession.checkProgress(progress, 0);
      Expect.equal(put, progress.getHeader().getRevision(), "notified revision");
      expectTicks(ticks + 2, opening);
    }
  }

  private static void unasked(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a"));
      watch.create(keys.watch("b").setProgressNotify(true));
      var told = new ArrayList<Long>();
      while (told.size() < 3) {
        WatchResponse progress = watch.next();
        told.add(progress.getWatchId());
        WatchSession.checkProgress(progress, progress.getWatchId());
      }
      Expect.equal(List.of(1L, 1L, 1L), told, "watchers notified");
    }
  }

  private static WatchResponse askUntilAnswered(WatchSession watch) {
    while (true) {
      watch.sendProgressRequest();
      var progress = watch.next(Duration.ofMillis(200));
      if (progress.isPresent()) {
        return progress.get();
      }
    }
  }

  /**
   * The timer has ticked so often since the stream was opened: no tick comes early. How late one
   * may come depends on the machine; that it comes at all shows in the answer.
   */
  private static void expectTicks(int ticks, long openingNanos) {
    var waited = Duration.ofNanos(System.nanoTime() - openingNanos);
    Duration least = INTERVAL.multipliedBy(ticks).minus(EARLY);
    Expect.isTrue(
        waited.compareTo(least) >= 0,
        "notified after %s, before %s had passed".formatted(waited, least));
  }
}
