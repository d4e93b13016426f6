package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.Event.EventType;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** What a Kubernetes API server sends, call by call: watches, progress, leases, connections. */
public final class KubernetesWatchCases {
  private static final int STORM_STREAMS = 4_000;
  private static final int STORM_CONNECTIONS = 20;

  private KubernetesWatchCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("K8S-watch", "a list, then a watch from it", KubernetesWatchCases::listAndWatch),
        Case.of("K8S-prev", "prev_kv just above the floor", KubernetesWatchCases::previous)
            .tagged(Tag.WHOLE_STORE),
        Case.of("K8S-progress", "progress never overtakes an event", KubernetesWatchCases::progress)
            .tagged(Tag.RANDOM_ON_3_4),
        Case.of("K8S-lease", "one lease for a thousand events", KubernetesWatchCases::leaseReuse),
        Case.of("K8S-connections", "a connection a type", KubernetesWatchCases::connections),
        Case.of("K8S-watchers", "ten thousand watchers on a stream", KubernetesWatchCases::many),
        Case.of("K8S-storm", "thousands of streams that come and go", KubernetesWatchCases::storm),
        Case.onStage("K8S-restart", "the store goes and comes back", KubernetesWatchCases::restart)
            .tagged(Tag.FRESH_MEMBER));
  }

  private static void listAndWatch(Store store, Keys keys) {
    store.putAll(keys, "pods/a", "pods/b");
    long listed = store.range(keys.span("pods/", "pods0")).getHeader().getRevision();
    store.put(keys.put("pods/a", "between"));
    try (WatchSession watch = store.watchWithLeader()) {
      watch.create(
          keys.watch("pods/", "pods0")
              .setStartRevision(listed + 1)
              .setPrevKv(true)
              .setProgressNotify(true));
      Event missed = watch.nextEvent(0);
      Expect.equal(listed + 1, missed.getKv().getModRevision(), "first revision after the list");
      Expect.equal("pods/a", missed.getPrevKv().getValue().toStringUtf8(), "prev_kv");
      long gone = store.delete(keys.delete("pods/b")).getHeader().getRevision();
      Event deleted = watch.nextEvent(0);
      Expect.equal(EventType.DELETE, deleted.getType(), "type");
      Expect.equal(gone, deleted.getKv().getModRevision(), "mod_revision of a delete");
      Expect.equal("pods/b", deleted.getPrevKv().getValue().toStringUtf8(), "prev_kv");
      store.put(keys.put("nodes/a", "1"));
      Expect.equal(gone + 1, watch.progress(), "progress");
    }
  }

  private static void previous(Store store, Keys keys) {
    store.putAll(keys, "a", "b");
    long first = store.put(keys.put("a", "2")).getHeader().getRevision();
    store.delete(keys.delete("b"));
    long newest = store.put(keys.put("a", "3")).getHeader().getRevision();
    store.compactPhysically(newest - 1);
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything().setStartRevision(newest).setPrevKv(true));
      Expect.equal(
          "2", watch.nextEvent(0).getPrevKv().getValue().toStringUtf8(), "prev_kv of an update");
      store.delete(keys.delete("a"));
      Expect.equal(
          "3", watch.nextEvent(0).getPrevKv().getValue().toStringUtf8(), "prev_kv of a delete");
      watch.create(keys.watch("a").setStartRevision(first));
      WatchResponse compacted = watch.next();
      Expect.isTrue(compacted.getCanceled(), "canceled");
      Expect.equal(newest - 1, compacted.getCompactRevision(), "compact_revision");
    }
  }

  /** A writer elsewhere; here, one progress request after the other. */
  private static void progress(Store store, Keys keys) {
    int puts = 1_000;
    try (Store elsewhere = store.anotherConnection();
        WatchSession watch = store.watchWithLeader()) {
      long first = watch.create(keys.watch("pods/", "pods0")).getHeader().getRevision() + 1;
      watch.create(keys.watch("nodes/"));
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < puts; i++) {
                  elsewhere.put(keys.put("pods/" + i % 10, "v"));
                }
              });
      watch.sendProgressRequest();
      long told = first - 1;
      int answers = 0;
      while (told < first + puts - 1) {
        WatchResponse response = watch.next();
        if (response.getEventsCount() > 0) {
          Expect.equal(
              told + 1, response.getEvents(0).getKv().getModRevision(), "the next revision");
          told = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision();
        } else {
          WatchSession.checkProgress(response, WatchSession.NONE);
          // Each put is of a watched key: what is told is all there is up to here.
          Expect.isTrue(
              response.getHeader().getRevision() <= told,
              "progress %d after events up to %d"
                  .formatted(response.getHeader().getRevision(), told));
          answers++;
          watch.sendProgressRequest();
        }
      }
      writer.join();
      Expect.isTrue(answers > 0, "no progress request was answered");
    }
  }

  private static void leaseReuse(Store store, Keys keys) {
    int objects = 1_000;
    long lease = store.grantLease(0, 3660).getID();
    store.putAtOnce(
        IntStream.range(0, objects)
            .mapToObj(i -> keys.put("events/%04d".formatted(i), "v" + i).setLease(lease))
            .toList());
    Expect.equal(objects, store.timeToLive(lease).getKeysCount(), "keys of the lease");
    try (WatchSession watch = store.watchWithLeader()) {
      watch.create(keys.watchEverything().setPrevKv(true));
      store.revoke(lease);
      List<Event> events = watch.events(0, objects);
      for (int i = 0; i < objects; i++) {
        Expect.equal(EventType.DELETE, events.get(i).getType(), "type");
        Expect.equal(
            "v" + i, events.get(i).getPrevKv().getValue().toStringUtf8(), "value of prev_kv");
      }
    }
  }

  private static void connections(Store store, Keys keys) {
    var connections = new ArrayList<Store>();
    var watches = new ArrayList<WatchSession>();
    try {
      for (int type = 0; type < 70; type++) {
        connections.add(store.anotherConnection());
        watches.add(connections.getLast().watchWithLeader());
        watches.getLast().create(keys.watch(type + "/"));
      }
      for (int type = 0; type < 69; type++) {
        long put = store.put(keys.put(type + "/", "1")).getHeader().getRevision();
        Expect.equal(put, watches.get(type).nextEvent(0).getKv().getModRevision(), "mod_revision");
        Expect.equal(put, watches.get(69).progress(), "progress of an idle type");
      }
    } finally {
      watches.forEach(WatchSession::close);
      connections.forEach(Store::close);
    }
  }

  private static void many(Store store, Keys keys) {
    int watchers = 10_000;
    try (Store connection = store.anotherConnection();
        WatchSession watch = connection.watch()) {
      for (int i = 0; i < watchers; i++) {
        watch.send(keys.watch("k" + i));
      }
      for (int i = 0; i < watchers; i++) {
        Expect.isTrue(watch.next().getCreated(), "created");
      }
      long put = store.put(keys.put("k7777", "1")).getHeader().getRevision();
      Expect.equal(put, watch.nextEvent(7777).getKv().getModRevision(), "mod_revision");
      Expect.equal(put, watch.progress(), "progress");
    }
  }

  private static void storm(Store store, Keys keys) {
    var connections = new ArrayList<Store>();
    try {
      for (int i = 0; i < STORM_CONNECTIONS; i++) {
        connections.add(store.anotherConnection());
      }
      for (int round = 0; round < STORM_STREAMS / STORM_CONNECTIONS; round++) {
        var watches = new ArrayList<WatchSession>();
        for (Store connection : connections) {
          watches.add(connection.watchWithLeader());
          watches.getLast().send(keys.watch("a"));
        }
        watches.forEach(watch -> Expect.isTrue(watch.next().getCreated(), "created"));
        watches.forEach(WatchSession::close);
      }
      try (WatchSession after = store.watch()) {
        after.create(keys.watch("a"));
        store.put(keys.put("a", "1"));
        after.nextEvent(0);
      }
    } finally {
      connections.forEach(Store::close);
    }
  }

  private static void restart(Stage stage) {
    Keys keys = stage.keys();
    int types = 20;
    List<WatchSession> before =
        IntStream.range(0, types).mapToObj(i -> stage.store().watchWithLeader()).toList();
    for (int type = 0; type < types; type++) {
      before.get(type).create(keys.watch(type + "/"));
    }
    long last = stage.store().put(keys.put("0/", "1")).getHeader().getRevision();
    Expect.equal(last, before.getFirst().nextEvent(0).getKv().getModRevision(), "mod_revision");
    stage
        .store()
        .putAll(keys, IntStream.range(0, types).mapToObj(i -> i + "/").toArray(String[]::new));
    Store after = stage.restart();
    for (WatchSession watch : before) {
      Expect.isFalse(watch.end(Duration.ofSeconds(60)).isOk(), "a cut stream ends well");
    }
    for (int type = 0; type < types; type++) {
      try (WatchSession watch = after.watchWithLeader()) {
        watch.create(keys.watch(type + "/").setStartRevision(last + 1));
        Expect.equal(last + 1 + type, watch.nextEvent(0).getKv().getModRevision(), "mod_revision");
      }
    }
  }
}
