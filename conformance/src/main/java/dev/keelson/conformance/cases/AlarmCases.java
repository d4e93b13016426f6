package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import dev.keelson.api.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import dev.keelson.conformance.store.WatchSession;
import java.time.Duration;
import java.util.List;

/** Section 11.10, the alarms: who raises and clears them, and what they forbid. */
public final class AlarmCases {
  private static final long STRANGER = 4242;

  private AlarmCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.onStage("265", "an alarm survives a restart", AlarmCases::restart),
            Case.of("266", "an alarm of a member nobody knows", AlarmCases::stranger),
            Case.of("267", "activating no alarm does nothing", AlarmCases::activateNone)
                .tagged(Tag.NOT_ON_3_4),
            Case.of("268", "corruption forbids changes alone", AlarmCases::corrupt),
            Case.of("269", "no lease ends while corrupt", AlarmCases::leaseWaits).tagged(Tag.SLOW),
            Case.of("270", "the query's filters", AlarmCases::query),
            Case.of("280", "nested reads are held for changes", AlarmCases::nestedRead),
            Case.of("281", "corruption is told before lack of space", AlarmCases::both))
        .stream()
        .map(one -> one.tagged(Tag.FRESH_MEMBER))
        .toList();
  }

  private static void restart(Stage stage) {
    long self = stage.store().put(stage.keys().put("a", "1")).getHeader().getMemberId();
    new Alarms(stage.store()).activate(self, AlarmType.NOSPACE);
    new Alarms(stage.store()).activate(STRANGER, AlarmType.NOSPACE);
    Store after = stage.restart();
    Expect.equal(2, new Alarms(after).active().size(), "alarms after the restart");
    Expect.error(EtcdError.NO_SPACE, () -> after.put(stage.keys().put("a", "2")));
    new Alarms(after).deactivate(self, AlarmType.NOSPACE);
    new Alarms(after).deactivate(STRANGER, AlarmType.NOSPACE);
    after.put(stage.keys().put("a", "3"));
  }

  private static void stranger(Store store, Keys keys) {
    var alarms = new Alarms(store);
    Expect.equal(
        List.of(Alarms.of(123, AlarmType.NOSPACE)),
        alarms.activate(123, AlarmType.NOSPACE).getAlarmsList(),
        "alarms activated");
    Expect.equal(
        List.of(Alarms.of(123, AlarmType.NOSPACE)),
        alarms.activate(123, AlarmType.NOSPACE).getAlarmsList(),
        "alarms activated again");
    Expect.error(EtcdError.NO_SPACE, () -> store.put(keys.put("a", "1")));
    Expect.error(EtcdError.NO_SPACE, () -> store.grantLease(0, 60));
    Expect.isTrue(
        store.status().getErrorsList().stream()
            .anyMatch(text -> text.contains("memberID:123") && text.contains("alarm:NOSPACE")),
        "the status tells of the alarm");
    Expect.equal(
        List.of(Alarms.of(123, AlarmType.NOSPACE)),
        alarms.deactivate(123, AlarmType.NOSPACE).getAlarmsList(),
        "alarms deactivated");
    store.put(keys.put("a", "1"));
    Expect.equal(List.of(), alarms.active(), "alarms afterwards");
  }

  private static void activateNone(Store store, Keys keys) {
    var alarms = new Alarms(store);
    long now = store.put(keys.put("a", "1")).getHeader().getRevision();
    var none = alarms.activate(123, AlarmType.NONE);
    Expect.equal(List.of(), none.getAlarmsList(), "alarms activated");
    Expect.equal(List.of(), alarms.active(), "alarms active");
    Expect.equal(now, none.getHeader().getRevision(), "header revision");
    Expect.equal(
        now,
        alarms.call(AlarmAction.GET, 0, AlarmType.NONE).getHeader().getRevision(),
        "header revision of a query");
  }

  private static void corrupt(Store store, Keys keys) {
    long lease = store.grantLease();
    long now = store.put(keys.put("a", "1").setLease(lease)).getHeader().getRevision();
    new Alarms(store).activate(STRANGER, AlarmType.CORRUPT);
    for (Runnable change :
        List.<Runnable>of(
            () -> store.put(keys.put("a", "2")),
            () -> store.delete(keys.delete("a")),
            () -> store.txn(new Txn().then(op(keys.put("a", "3")))),
            () -> store.txn(new Txn().then(op(keys.delete("absent")))),
            () -> store.compact(now),
            () -> store.grantLease(0, 60),
            () -> store.revoke(lease))) {
      Expect.error(EtcdError.CORRUPT, change);
    }
    Expect.equal("1", store.valueOf(keys.at("a")), "value");
    Expect.equal(
        1, store.range(keys.get("a").setSerializable(true)).getCount(), "serializable count");
    Expect.isTrue(
        store.txn(new Txn().then(op(keys.get("a")))).getSucceeded(), "a read-only txn succeeds");
    Expect.isTrue(store.txn(new Txn()).getSucceeded(), "an empty txn succeeds");
    Expect.equal(600, store.timeToLive(lease).getGrantedTTL(), "grantedTTL");
    Expect.isTrue(store.hashKv(0).getHash() != 0, "there is a hash");
    try (KeepAlive stream = store.keepAlive();
        WatchSession watch = store.watch()) {
      Expect.equal(600, stream.renew(lease), "TTL when renewed");
      watch.create(keys.watch("a").setStartRevision(now));
      Expect.equal(now, watch.nextEvent(0).getKv().getModRevision(), "mod_revision");
    }
    new Alarms(store).deactivate(STRANGER, AlarmType.CORRUPT);
    Expect.equal(
        now + 1, store.put(keys.put("a", "2")).getHeader().getRevision(), "revision afterwards");
  }

  private static void leaseWaits(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      long lease = store.grantLease(0, 5).getID();
      store.put(keys.put("a", "1").setLease(lease));
      new Alarms(store).activate(STRANGER, AlarmType.CORRUPT);
      watch.create(keys.watch("a"));
      Expect.isTrue(watch.next(Duration.ofMillis(7_500)).isEmpty(), "the key stays");
      Expect.isTrue(store.holds(keys.at("a")), "the key is there");
      new Alarms(store).deactivate(STRANGER, AlarmType.CORRUPT);
      watch.nextEvent(0);
      Expect.isFalse(store.holds(keys.at("a")), "the key outlives the alarm");
    }
  }

  private static void query(Store store, Keys keys) {
    var alarms = new Alarms(store);
    var noSpace = Alarms.of(7, AlarmType.NOSPACE);
    alarms.activate(7, AlarmType.NOSPACE);
    Expect.equal(
        List.of(),
        alarms.call(AlarmAction.GET, 0, AlarmType.CORRUPT).getAlarmsList(),
        "alarms of the other type");
    Expect.equal(
        List.of(noSpace),
        alarms.call(AlarmAction.GET, 0, AlarmType.NOSPACE).getAlarmsList(),
        "alarms of the type");
    Expect.equal(
        List.of(noSpace),
        alarms.call(AlarmAction.GET, 999, AlarmType.NONE).getAlarmsList(),
        "alarms, asked for another member");
    Expect.equal(
        List.of(), alarms.deactivate(999, AlarmType.NOSPACE).getAlarmsList(), "wrong member");
    Expect.equal(List.of(), alarms.deactivate(0, AlarmType.NOSPACE).getAlarmsList(), "member 0");
    Expect.equal(List.of(), alarms.deactivate(7, AlarmType.NONE).getAlarmsList(), "no type");
    Expect.equal(List.of(noSpace), alarms.active(), "alarms afterwards");
  }

  private static void nestedRead(Store store, Keys keys) {
    store.put(keys.put("a", "1"));
    new Alarms(store).activate(STRANGER, AlarmType.CORRUPT);
    Expect.error(
        EtcdError.CORRUPT, () -> store.txn(new Txn().then(op(new Txn().then(op(keys.get("a")))))));
    Expect.equal(
        1,
        store.txn(new Txn().then(op(keys.get("a")))).getResponses(0).getResponseRange().getCount(),
        "count a plain read-only txn finds");
  }

  private static void both(Store store, Keys keys) {
    var alarms = new Alarms(store);
    alarms.activate(STRANGER, AlarmType.NOSPACE);
    alarms.activate(STRANGER, AlarmType.CORRUPT);
    Expect.error(EtcdError.CORRUPT, () -> store.put(keys.put("a", "1")));
    Expect.equal(2, alarms.active().size(), "alarms");
  }
}
