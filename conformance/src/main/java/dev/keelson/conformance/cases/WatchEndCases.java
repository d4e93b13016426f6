package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import java.util.List;

/** Section 11.7, third part: cancellation, compaction under a watcher, lost connections. */
public final class WatchEndCases {
  private static final String DUPLICATE = "mvcc: duplicate watch ID provided on the WatchStream";

  private WatchEndCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("183", "cancelling is acknowledged and final", WatchEndCases::cancel),
        Case.of("184", "cancelling nobody is not answered", WatchEndCases::cancelUnknown),
        Case.of("185", "events flow after a half-close", WatchEndCases::halfClose),
        Case.of("190", "a start below the floor is cancelled", WatchEndCases::belowFloor)
            .tagged(Tag.WHOLE_STORE),
        Case.of("191", "a start at the floor is served", WatchEndCases::atFloor)
            .tagged(Tag.WHOLE_STORE),
        Case.of("192", "a compacted watcher keeps its id", WatchEndCases::keepsId)
            .tagged(Tag.WHOLE_STORE),
        Case.of("193", "a compacted watcher holds progress up", WatchEndCases::holdsProgress)
            .tagged(Tag.WHOLE_STORE, Tag.NOT_ON_3_4),
        Case.of("196", "compaction leaves live watchers alone", WatchEndCases::live)
            .tagged(Tag.WHOLE_STORE),
        Case.of("214", "a lost connection loses no event", WatchEndCases::resume));
  }

  private static void cancel(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("b"));
      watch.create(keys.watch("a"));
      long now = store.put(keys.put("a", "1")).getHeader().getRevision();
      watch.nextEvent(1);
      WatchResponse canceled = watch.cancel(1);
      Expect.equal(now, canceled.getHeader().getRevision(), "header revision");
      store.put(keys.put("a", "2"));
      watch.expectSilence(store, keys);
    }
  }

  private static void cancelUnknown(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.sendCancel(44);
      watch.create(keys.watch("a"));
      watch.cancel(0);
      watch.sendCancel(0);
      // Answered in order (W1): had a cancellation an answer, it would come before this one.
      Expect.equal(1, watch.create(keys.watch("a")).getWatchId(), "watch_id");
      watch.expectSilence(store, keys);
    }
  }

  private static void halfClose(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a"));
      watch.halfClose();
      for (String value : List.of("1", "2", "3")) {
        store.put(keys.put("a", value));
        Expect.equal(
            value, watch.nextEvent(0).getKv().getValue().toStringUtf8(), "value of the event");
      }
    }
  }

  private static void belowFloor(Store store, Keys keys) {
    long floor = compacted(store, keys);
    try (WatchSession watch = store.watch()) {
      expectCompacted(watch, keys, 0, floor, store.revision());
      Expect.equal(1, watch.create(keys.watch("a")).getWatchId(), "id of the next watcher");
      watch.expectSilence(store, keys);
    }
  }

  private static void atFloor(Store store, Keys keys) {
    long floor = compacted(store, keys);
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setStartRevision(floor));
      store.put(keys.put("a", "new"));
      List<Long> revisions =
          watch.events(0, 3).stream().map(event -> event.getKv().getModRevision()).toList();
      Expect.equal(List.of(floor, floor + 1, floor + 2), revisions, "mod_revisions");
    }
  }

  private static void keepsId(Store store, Keys keys) {
    long floor = compacted(store, keys);
    try (WatchSession watch = store.watch()) {
      expectCompacted(watch, keys, 9, floor, store.revision());
      watch.refuse(keys.watch("a").setWatchId(9), DUPLICATE);
      watch.cancel(9);
      watch.create(keys.watch("a").setWatchId(9));
      store.put(keys.put("a", "1"));
      watch.nextEvent(9);
    }
  }

  private static void holdsProgress(Store store, Keys keys) {
    long floor = compacted(store, keys);
    try (WatchSession watch = store.watch()) {
      expectCompacted(watch, keys, 9, floor, store.revision());
      watch.create(keys.watch("a"));
      watch.sendProgressRequest();
      watch.expectSilence(store, keys);
      watch.cancel(9);
      Expect.equal(store.revision(), watch.progress(), "progress once the id is free");
    }
  }

  private static void live(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setPrevKv(true));
      store.put(keys.put("a", "1"));
      long now = store.put(keys.put("a", "2")).getHeader().getRevision();
      watch.events(0, 2);
      store.compactPhysically(now);
      for (int round = 0; round < 5; round++) {
        long put = store.put(keys.put("a", "v" + round)).getHeader().getRevision();
        store.compact(put);
        Expect.equal(put, watch.nextEvent(0).getKv().getModRevision(), "mod_revision");
      }
    }
  }

  private static void resume(Store store, Keys keys) {
    int puts = 40;
    long first = store.revision() + 1;
    long next = first;
    long last = first;
    while (next < first + puts) {
      // Some of what the next connection is told is history, some is put while it is open.
      last = store.put(keys.put("a", "v")).getHeader().getRevision();
      try (Store connection = store.anotherConnection()) {
        WatchSession watch = connection.watch();
        watch.create(keys.watch("a").setStartRevision(next));
        last = store.put(keys.put("a", "w")).getHeader().getRevision();
        // The connection ends after one response, without a word.
        for (Event event : watch.nextEvents(0).getEventsList()) {
          Expect.equal(next, event.getKv().getModRevision(), "mod_revision after the last one");
          next++;
        }
      }
    }
    Expect.isTrue(next <= last + 1, "no event that was not put");
  }

  /** Puts a thrice and compacts to the second of them, the revision answered. */
  private static long compacted(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long floor = store.put(keys.put("a", "2")).getHeader().getRevision();
    store.put(keys.put("a", "3"));
    store.compactPhysically(floor);
    return floor;
  }

  private static void expectCompacted(
      WatchSession watch, Keys keys, long id, long floor, long now) {
    var request = keys.watch("a").setStartRevision(floor - 1).setWatchId(id);
    WatchResponse created = watch.create(request);
    Expect.equal(id, created.getWatchId(), "watch_id when created");
    Expect.equal(now, created.getHeader().getRevision(), "header revision when created");
    WatchResponse canceled = watch.next();
    Expect.isTrue(canceled.getCanceled(), "canceled");
    Expect.isFalse(canceled.getCreated(), "created with the cancellation");
    Expect.equal(id, canceled.getWatchId(), "watch_id when canceled");
    Expect.equal(floor, canceled.getCompactRevision(), "compact_revision");
    Expect.equal(0, canceled.getHeader().getRevision(), "header revision when canceled");
    Expect.equal("", canceled.getCancelReason(), "cancel_reason");
    Expect.equal(0, canceled.getEventsCount(), "events");
  }
}
