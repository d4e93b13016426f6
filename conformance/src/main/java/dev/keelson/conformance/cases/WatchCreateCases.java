package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import java.util.List;

/** Section 11.7, first part: how watchers come to be, under which ids, and from where. */
public final class WatchCreateCases {
  private static final String DUPLICATE = "mvcc: duplicate watch ID provided on the WatchStream";
  private static final String EMPTY_RANGE = "mvcc: watcher range is empty";

  private WatchCreateCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("159", "a watcher is created, then told of a put", WatchCreateCases::created),
        Case.of("160", "ids are counted from 0", WatchCreateCases::counted),
        Case.of("161", "an id in use is refused", WatchCreateCases::duplicate),
        Case.of("162", "the server skips ids in use", WatchCreateCases::skipped),
        Case.of("163", "the server's ids are not used again", WatchCreateCases::notReused),
        Case.of("164", "a client's id may be used again", WatchCreateCases::reused),
        Case.of("165", "an id may be negative", WatchCreateCases::negativeId),
        Case.of("166", "an empty range is refused", WatchCreateCases::emptyRange),
        Case.of("167", "no key means the key zero", WatchCreateCases::keyZero)
            .tagged(Tag.WHOLE_STORE),
        Case.of("168", "no key and no end mean all keys", WatchCreateCases::allKeys)
            .tagged(Tag.WHOLE_STORE),
        Case.of("169", "a negative start is refused", WatchCreateCases::negativeStart)
            .tagged(Tag.NOT_ON_3_4),
        Case.of("170", "history is told from the start asked for", WatchCreateCases::history),
        Case.of("171", "nothing before a start in the future", WatchCreateCases::futureStart),
        Case.of("172", "a start one ahead tells of the next put", WatchCreateCases::nextStart),
        Case.of("205", "two streams may use one id", WatchCreateCases::twoStreams),
        Case.of("282", "the id -1 is an id", WatchCreateCases::minusOne));
  }

  private static void created(Store store, Keys keys) {
    long now = store.revision();
    try (WatchSession watch = store.watch()) {
      WatchResponse created = watch.create(keys.watch("a"));
      Expect.equal(0, created.getWatchId(), "watch_id");
      Expect.equal(now, created.getHeader().getRevision(), "header revision when created");
      Expect.equal(0, created.getCompactRevision(), "compact_revision");

      long put = store.put(keys.put("a", "1")).getHeader().getRevision();
      WatchResponse told = watch.nextEvents(0);
      Expect.equal(put, told.getHeader().getRevision(), "header revision of the event");
      Expect.equal(1, told.getEventsCount(), "events");
      Expect.equal(Event.EventType.PUT, told.getEvents(0).getType(), "type of the event");
      Expect.equal(
          store.range(keys.get("a")).getKvs(0), told.getEvents(0).getKv(), "kv of the event");
      Expect.isFalse(told.getEvents(0).hasPrevKv(), "prev_kv nobody asked for");
    }
  }

  private static void counted(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      // All three at once: answers keep the order of the requests (W1).
      List.of("a", "b", "c").forEach(name -> watch.send(keys.watch(name)));
      for (long id = 0; id < 3; id++) {
        WatchResponse created = watch.next();
        Expect.isTrue(created.getCreated(), "created");
        Expect.equal(id, created.getWatchId(), "watch_id");
      }
      store.put(keys.put("b", "1"));
      Expect.equal(keys.at("b"), watch.nextEvent(1).getKv().getKey(), "key of watcher 1");
    }
  }

  private static void duplicate(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      Expect.equal(77, watch.create(keys.watch("a").setWatchId(77)).getWatchId(), "watch_id");
      watch.refuse(keys.watch("b").setWatchId(77), DUPLICATE);
      store.put(keys.put("b", "1"));
      store.put(keys.put("a", "1"));
      Expect.equal(keys.at("a"), watch.nextEvent(77).getKv().getKey(), "key of the first watcher");
      // A failed creation takes no number (W2).
      Expect.equal(0, watch.create(keys.watch("c")).getWatchId(), "the server's first id");
    }
  }

  private static void skipped(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      Expect.equal(1, watch.create(keys.watch("a").setWatchId(1)).getWatchId(), "explicit id");
      Expect.equal(0, watch.create(keys.watch("a")).getWatchId(), "the server's first id");
      Expect.equal(2, watch.create(keys.watch("a")).getWatchId(), "the server's second id");
    }
  }

  private static void notReused(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      Expect.equal(0, watch.create(keys.watch("a")).getWatchId(), "first id");
      watch.cancel(0);
      Expect.equal(1, watch.create(keys.watch("a")).getWatchId(), "id after a cancellation");
    }
  }

  private static void reused(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setWatchId(9));
      watch.cancel(9);
      Expect.equal(9, watch.create(keys.watch("b").setWatchId(9)).getWatchId(), "watch_id");
      store.put(keys.put("a", "1"));
      store.put(keys.put("b", "1"));
      Expect.equal(keys.at("b"), watch.nextEvent(9).getKv().getKey(), "key of the new watcher");
    }
  }

  private static void negativeId(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      Expect.equal(-5, watch.create(keys.watch("a").setWatchId(-5)).getWatchId(), "watch_id");
      store.put(keys.put("a", "1"));
      watch.nextEvent(-5);
      watch.cancel(-5);
    }
  }

  private static void emptyRange(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.refuse(keys.watch("b", "a"), EMPTY_RANGE);
      watch.refuse(keys.watch("b", "b"), EMPTY_RANGE);
      Expect.equal(0, watch.create(keys.watch("b")).getWatchId(), "id of a good watcher");
      store.put(keys.put("b", "1"));
      watch.nextEvent(0);
    }
  }

  private static void keyZero(Store store, Keys keys) {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    try (WatchSession watch = store.watch()) {
      watch.create(WatchCreateRequest.newBuilder());
      store.put(keys.put("a", "1"));
      store.put(keys.put("\0\0", "1"));
      store.put(keys.put("\0", "1"));
      Expect.equal(zero, watch.nextEvent(0).getKv().getKey(), "key of the first event");
      watch.expectSilence(store, keys);
    }
  }

  private static void allKeys(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(WatchCreateRequest.newBuilder().setRangeEnd(Keys.NO_END));
      List<String> names = List.of("a", "\0", "\0\0", "z", "\u007f");
      for (String name : names) {
        store.put(keys.put(name, "1"));
      }
      for (String name : names) {
        Expect.equal(keys.at(name), watch.nextEvent(0).getKv().getKey(), "key of an event");
      }
    }
  }

  private static void negativeStart(Store store, Keys keys) {
    long now = store.put(keys.put("a", "1")).getHeader().getRevision();
    try (WatchSession watch = store.watch()) {
      watch.send(keys.watch("a").setStartRevision(-1));
      WatchResponse refused = watch.next();
      Expect.isTrue(refused.getCreated() && refused.getCanceled(), "created and canceled");
      Expect.equal(WatchSession.NONE, refused.getWatchId(), "watch_id");
      Expect.equal(EtcdError.COMPACTED.message(), refused.getCancelReason(), "cancel_reason");
      Expect.equal(0, refused.getCompactRevision(), "compact_revision");
      Expect.equal(now, refused.getHeader().getRevision(), "header revision");
      watch.expectSilence(store, keys);
    }
  }

  private static void history(Store store, Keys keys) {
    long first = store.revision() + 1;
    store.putAll(keys, "a", "b", "a", "c", "b");
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a", "e").setStartRevision(first));
      List<Event> events = watch.events(0, 5);
      Expect.equal(
          List.of("a", "b", "a", "c", "b"),
          events.stream().map(e -> keys.name(e.getKv())).toList(),
          "keys in order");
      for (int i = 0; i < 5; i++) {
        Expect.equal(first + i, events.get(i).getKv().getModRevision(), "mod_revision");
      }
      Expect.equal(2, events.get(2).getKv().getVersion(), "version of the second put of a");
      watch.expectSilence(store, keys);
    }
  }

  private static void futureStart(Store store, Keys keys) {
    long now = store.put(keys.put("a", "0")).getHeader().getRevision();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setStartRevision(now + 3));
      store.putAll(keys, "a", "a", "a", "a");
      Expect.equal(now + 3, watch.nextEvent(0).getKv().getModRevision(), "first mod_revision");
      Expect.equal(now + 4, watch.nextEvent(0).getKv().getModRevision(), "second mod_revision");
      watch.expectSilence(store, keys);
    }
  }

  private static void nextStart(Store store, Keys keys) {
    long now = store.put(keys.put("a", "0")).getHeader().getRevision();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setStartRevision(now + 1));
      store.put(keys.put("a", "1"));
      Expect.equal(now + 1, watch.nextEvent(0).getKv().getModRevision(), "mod_revision");
    }
  }

  private static void twoStreams(Store store, Keys keys) {
    try (WatchSession one = store.watch();
        WatchSession other = store.watch()) {
      one.create(keys.watch("a").setWatchId(5));
      other.create(keys.watch("b").setWatchId(5));
      store.putAll(keys, "a", "b");
      Expect.equal(keys.at("a"), one.nextEvent(5).getKv().getKey(), "key on the one stream");
      Expect.equal(keys.at("b"), other.nextEvent(5).getKv().getKey(), "key on the other");
      one.cancel(5);
      store.put(keys.put("b", "2"));
      other.nextEvent(5);
    }
  }

  private static void minusOne(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      Expect.equal(-1, watch.create(keys.watch("a").setWatchId(-1)).getWatchId(), "watch_id");
      store.put(keys.put("a", "1"));
      Expect.equal(keys.at("a"), watch.nextEvent(-1).getKv().getKey(), "key of the event");
    }
  }
}
