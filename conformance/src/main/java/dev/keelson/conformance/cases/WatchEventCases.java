package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.Event.EventType;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import dev.keelson.conformance.store.WatchSession;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;

/** Section 11.7, second part: what events say, and which responses they come in. */
public final class WatchEventCases {
  private WatchEventCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("150", "a delete at the floor is still told", WatchEventCases::deleteAtFloor)
            .tagged(Tag.WHOLE_STORE, Tag.NOT_ON_3_4),
        Case.of("151", "a delete below the floor is not", WatchEventCases::deleteBelowFloor)
            .tagged(Tag.WHOLE_STORE),
        Case.of("173", "a txn is one response in its own order", WatchEventCases::oneTxn),
        Case.of("174", "a range delete is one response by key", WatchEventCases::rangeDelete),
        Case.of("175", "prev_kv is what was there before", WatchEventCases::previous),
        Case.of("176", "prev_kv is absent where compacted", WatchEventCases::previousCompacted)
            .tagged(Tag.WHOLE_STORE),
        Case.of("177", "prev_kv is each watcher's own", WatchEventCases::previousOfOne),
        Case.of("178", "delete and put of a key in one txn", WatchEventCases::deleteAndPut)
            .tagged(Tag.WHOLE_STORE),
        Case.of("179", "put and delete of a new key in one txn", WatchEventCases::putAndDelete),
        Case.of("180", "filters silence puts, deletes, both", WatchEventCases::filters),
        Case.of("181", "a filtered watcher gets prev_kv", WatchEventCases::filterWithPrevious),
        Case.of("182", "only keys of the range are told", WatchEventCases::range),
        Case.of("206", "each watcher gets one response a revision", WatchEventCases::three),
        Case.of("290", "changes of several clients, each once", WatchEventCases::manyClients));
  }

  private static void deleteAtFloor(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long gone = store.delete(keys.delete("a")).getHeader().getRevision();
    store.put(keys.put("a", "later"));
    store.compactPhysically(gone);
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setStartRevision(gone).setPrevKv(true));
      Event event = watch.nextEvents(0).getEvents(0);
      Expect.equal(EventType.DELETE, event.getType(), "type of the first event");
      Expect.equal(gone, event.getKv().getModRevision(), "mod_revision");
      Expect.isFalse(event.hasPrevKv(), "prev_kv below the floor");
    }
  }

  private static void deleteBelowFloor(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    store.delete(keys.delete("a"));
    long floor = store.put(keys.put("b", "1")).getHeader().getRevision();
    store.compactPhysically(floor);
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything().setStartRevision(floor));
      Expect.equal(keys.at("b"), watch.nextEvent(0).getKv().getKey(), "key of the first event");
      store.put(keys.put("a", "again"));
      Expect.equal(EventType.PUT, watch.nextEvent(0).getType(), "type of a's next event");
    }
  }

  private static void oneTxn(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("o", "p"));
      long txn =
          store
              .txn(
                  new Txn()
                      .then(
                          op(keys.put("o3", "3")),
                          op(keys.put("o1", "1")),
                          op(keys.put("o2", "2"))))
              .getHeader()
              .getRevision();
      WatchResponse response = watch.nextEvents(0);
      Expect.equal(
          List.of("o3", "o1", "o2"), names(keys, response.getEventsList()), "keys in order");
      for (Event event : response.getEventsList()) {
        Expect.equal(txn, event.getKv().getModRevision(), "mod_revision");
      }
      Expect.equal(txn, response.getHeader().getRevision(), "header revision");
      watch.expectSilence(store, keys);
    }
  }

  private static void rangeDelete(Store store, Keys keys) {
    store.putAll(keys, "c", "a", "b");
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything());
      long gone = store.delete(keys.deleteEverything()).getHeader().getRevision();
      WatchResponse response = watch.nextEvents(0);
      Expect.equal(List.of("a", "b", "c"), names(keys, response.getEventsList()), "keys");
      for (Event event : response.getEventsList()) {
        Expect.equal(EventType.DELETE, event.getType(), "type");
        Expect.equal(
            KeyValue.newBuilder().setKey(event.getKv().getKey()).setModRevision(gone).build(),
            event.getKv(),
            "kv of a delete");
        Expect.isFalse(event.hasPrevKv(), "prev_kv nobody asked for");
      }
    }
  }

  private static void previous(Store store, Keys keys) {
    long lease = store.grantLease();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setPrevKv(true));
      store.put(keys.put("a", "1"));
      Expect.isFalse(watch.nextEvent(0).hasPrevKv(), "prev_kv of a creation");
      KeyValue first = store.range(keys.get("a")).getKvs(0);
      store.put(keys.put("a", "2").setLease(lease));
      Expect.equal(first, watch.nextEvent(0).getPrevKv(), "prev_kv of an update");
      KeyValue second = store.range(keys.get("a")).getKvs(0);
      Expect.equal(lease, second.getLease(), "lease of the second value");
      store.delete(keys.delete("a"));
      Expect.equal(second, watch.nextEvent(0).getPrevKv(), "prev_kv of a delete");
      store.put(keys.put("a", "3"));
      Expect.isFalse(watch.nextEvent(0).hasPrevKv(), "prev_kv of a new life");
    }
  }

  private static void previousCompacted(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    long second = store.put(keys.put("a", "2")).getHeader().getRevision();
    store.put(keys.put("a", "3"));
    store.compactPhysically(second);
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setPrevKv(true).setStartRevision(second));
      List<Event> events = watch.events(0, 2);
      Expect.equal(second, events.getFirst().getKv().getModRevision(), "mod_revision");
      Expect.isFalse(events.getFirst().hasPrevKv(), "prev_kv below the floor");
      Expect.equal(
          "2", events.getLast().getPrevKv().getValue().toStringUtf8(), "prev_kv at the floor");
    }
  }

  private static void previousOfOne(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setPrevKv(true));
      watch.create(keys.watch("a"));
      store.put(keys.put("a", "2"));
      WatchResponse one = watch.next();
      List<WatchResponse> both = List.of(one, watch.next());
      Expect.equal(
          Set.of(0L, 1L),
          new HashSet<>(both.stream().map(WatchResponse::getWatchId).toList()),
          "watchers told");
      for (WatchResponse response : both) {
        Expect.equal(
            response.getWatchId() == 0,
            response.getEvents(0).hasPrevKv(),
            "prev_kv of watcher " + response.getWatchId());
      }
    }
  }

  /** Case 129, watched: only a delete without an upper end may meet a put of the same txn. */
  private static void deleteAndPut(Store store, Keys keys) {
    store.put(keys.put("k1", "old"));
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("k1").setPrevKv(true));
      long txn =
          store
              .txn(
                  new Txn()
                      .then(
                          op(
                              DeleteRangeRequest.newBuilder()
                                  .setKey(keys.at("k"))
                                  .setRangeEnd(Keys.NO_END)),
                          op(keys.put("k1", "new"))))
              .getHeader()
              .getRevision();
      WatchResponse response = watch.nextEvents(0);
      Expect.equal(2, response.getEventsCount(), "events");
      Event deleted = response.getEvents(0);
      Expect.equal(EventType.DELETE, deleted.getType(), "type of the first event");
      Expect.equal(txn, deleted.getKv().getModRevision(), "mod_revision of the delete");
      Expect.equal("old", deleted.getPrevKv().getValue().toStringUtf8(), "prev_kv");
      Event put = response.getEvents(1);
      Expect.equal(EventType.PUT, put.getType(), "type of the second event");
      Expect.equal(store.range(keys.get("k1")).getKvs(0), put.getKv(), "kv of the put");
      Expect.equal(1, put.getKv().getVersion(), "version of the put");
      Expect.isFalse(put.hasPrevKv(), "prev_kv of the put");
    }
  }

  /** Case 127, watched. */
  private static void putAndDelete(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("x").setPrevKv(true));
      store.txn(
          new Txn()
              .then(
                  op(new Txn().then(op(keys.put("x", "1")))),
                  op(new Txn().then(op(keys.delete("x"))))));
      WatchResponse response = watch.nextEvents(0);
      Expect.equal(
          List.of(EventType.PUT, EventType.DELETE),
          response.getEventsList().stream().map(Event::getType).toList(),
          "types");
      Expect.isFalse(response.getEvents(0).hasPrevKv(), "prev_kv of the put");
      Expect.isFalse(response.getEvents(1).hasPrevKv(), "prev_kv of the delete");
      Expect.isFalse(store.holds(keys.at("x")), "x is there afterwards");
    }
  }

  private static void filters(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      long noPut = watch.create(keys.watch("a").addFilters(FilterType.NOPUT)).getWatchId();
      long noDelete = watch.create(keys.watch("a").addFilters(FilterType.NODELETE)).getWatchId();
      watch.create(keys.watch("a").addFilters(FilterType.NOPUT).addFilters(FilterType.NODELETE));
      store.put(keys.put("a", "1"));
      Expect.equal(EventType.PUT, watch.nextEvent(noDelete).getType(), "type without deletes");
      store.delete(keys.delete("a"));
      Expect.equal(EventType.DELETE, watch.nextEvent(noPut).getType(), "type without puts");
      // An unknown filter filters nothing (W8).
      long unknown = watch.create(keys.watch("a").addFiltersValue(7)).getWatchId();
      store.put(keys.put("a", "2"));
      long one = watch.next().getWatchId();
      Set<Long> told = new HashSet<>(List.of(one, watch.next().getWatchId()));
      Expect.equal(Set.of(noDelete, unknown), told, "watchers told of the second put");
      watch.expectSilence(store, keys);
    }
  }

  private static void filterWithPrevious(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").addFilters(FilterType.NOPUT).setPrevKv(true));
      store.put(keys.put("a", "1"));
      store.delete(keys.delete("a"));
      Event deleted = watch.nextEvent(0);
      Expect.equal(EventType.DELETE, deleted.getType(), "type");
      Expect.equal("1", deleted.getPrevKv().getValue().toStringUtf8(), "value of prev_kv");
    }
  }

  private static void range(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a", "c"));
      store.putAll(keys, "c", "b", "c", "a");
      Expect.equal(keys.at("b"), watch.nextEvent(0).getKv().getKey(), "first key");
      Expect.equal(keys.at("a"), watch.nextEvent(0).getKv().getKey(), "second key");
      watch.expectSilence(store, keys);
    }
  }

  private static void three(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      for (int i = 0; i < 3; i++) {
        watch.create(keys.watchEverything());
      }
      store.txn(new Txn().then(op(keys.put("a", "1")), op(keys.put("b", "1"))));
      var told = new HashSet<Long>();
      for (int i = 0; i < 3; i++) {
        WatchResponse response = watch.next();
        Expect.equal(2, response.getEventsCount(), "events of watcher " + response.getWatchId());
        Expect.isTrue(told.add(response.getWatchId()), "one response a watcher");
      }
      List.of(0L, 1L, 2L).forEach(watch::cancel);
      watch.expectSilence(store, keys);
    }
  }

  private static void manyClients(Store store, Keys keys) {
    int clients = 5;
    int each = 60;
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything());
      // One put at a time from each client: a watcher that keeps up is told each revision alone.
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int client = 0; client < clients; client++) {
          String name = "client" + client;
          threads.execute(
              () -> {
                try (Store connection = store.anotherConnection()) {
                  for (int i = 0; i < each; i++) {
                    connection.put(keys.put("k" + i % 7, name + " put " + i));
                  }
                }
              });
        }
      }
      long last = 0;
      var values = new HashSet<String>();
      for (int i = 0; i < clients * each; i++) {
        WatchResponse response = watch.nextEvents(0);
        Event event = response.getEvents(0);
        Expect.equal(1, response.getEventsCount(), "events in a response");
        Expect.isTrue(event.getKv().getModRevision() > last, "mod_revision rises");
        last = event.getKv().getModRevision();
        Expect.isTrue(values.add(event.getKv().getValue().toStringUtf8()), "each put once");
      }
    }
  }

  private static List<String> names(Keys keys, List<Event> events) {
    return events.stream().map(event -> keys.name(event.getKv())).toList();
  }
}
