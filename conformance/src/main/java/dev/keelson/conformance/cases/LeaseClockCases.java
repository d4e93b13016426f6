package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.Event.EventType;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Section 11.8, what takes time: leases that run out, and those that are kept from it. */
public final class LeaseClockCases {
  private static final long TTL_SECONDS = 2;
  private static final Duration TTL = Duration.ofSeconds(TTL_SECONDS);

  /** L5: gone within the TTL and a second; and what a busy machine adds. */
  private static final Duration GONE_BY = TTL.plusMillis(2_500);

  private LeaseClockCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.of("224", "a lease runs out, never early", LeaseClockCases::runsOut),
            Case.of("225", "each lease is a revision of its own", LeaseClockCases::two),
            Case.of("226", "a renewed lease stays", LeaseClockCases::renewed),
            Case.of("227", "a late renewal is all or nothing", LeaseClockCases::lateRenewal))
        .stream()
        .map(one -> one.tagged(Tag.FRESH_MEMBER, Tag.SLOW))
        .toList();
  }

  private static void runsOut(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a"));
      long granting = System.nanoTime();
      long lease = store.grantLease(0, TTL_SECONDS).getID();
      long put = store.put(keys.put("a", "1").setLease(lease)).getHeader().getRevision();
      watch.nextEvent(0);
      Event gone = watch.nextEvent(0);
      Duration lived = Duration.ofNanos(System.nanoTime() - granting);
      Expect.equal(EventType.DELETE, gone.getType(), "type");
      Expect.equal(put + 1, gone.getKv().getModRevision(), "mod_revision");
      Expect.isTrue(lived.compareTo(TTL) >= 0, "gone early, after " + lived);
      Expect.isTrue(lived.compareTo(GONE_BY) <= 0, "gone in time, not after " + lived);
      Expect.equal(-1, store.timeToLive(lease).getTTL(), "TTL afterwards");
      Expect.equal(put + 1, store.revision(), "revision afterwards");
    }
  }

  private static void two(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      long one = store.grantLease(0, TTL_SECONDS).getID();
      long other = store.grantLease(0, TTL_SECONDS).getID();
      store.put(keys.put("a", "1").setLease(one));
      store.put(keys.put("b", "1").setLease(other));
      long before = store.put(keys.put("c", "1").setLease(other)).getHeader().getRevision();
      watch.create(keys.watchEverything());
      int first = watch.nextEvents(0).getEventsCount();
      int second = watch.nextEvents(0).getEventsCount();
      Expect.isTrue(
          first + second == 3 && first != second, "one and two deletes: " + first + second);
      Expect.equal(before + 2, store.revision(), "revision afterwards");
    }
  }

  private static void renewed(Store store, Keys keys) {
    try (WatchSession watch = store.watch();
        KeepAlive stream = store.keepAlive()) {
      watch.create(keys.watch("a"));
      long lease = store.grantLease(0, TTL_SECONDS).getID();
      store.put(keys.put("a", "1").setLease(lease));
      watch.nextEvent(0);
      long renewing = System.nanoTime();
      for (int second = 0; second < 5; second++) {
        renewing = System.nanoTime();
        Expect.equal(TTL_SECONDS, stream.renew(lease), "TTL when renewed");
        Expect.isTrue(watch.next(Duration.ofSeconds(1)).isEmpty(), "the key stays");
      }
      Expect.equal(EventType.DELETE, watch.nextEvent(0).getType(), "type");
      Duration lived = Duration.ofNanos(System.nanoTime() - renewing);
      Expect.isTrue(lived.compareTo(TTL) >= 0, "gone early, after " + lived);
    }
  }

  /** Eight leases of one age, renewed one after the other around their deadline. */
  private static void lateRenewal(Store store, Keys keys) {
    try (KeepAlive stream = store.keepAlive();
        WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything().addFilters(FilterType.NOPUT));
      long granting = System.nanoTime();
      var leases = new TreeMap<String, Long>();
      for (int i = 0; i < 8; i++) {
        long lease = store.grantLease(0, TTL_SECONDS).getID();
        leases.put("k" + i, lease);
        store.put(keys.put("k" + i, "1").setLease(lease));
      }
      Map<String, Long> renewed = new HashMap<>();
      Duration due = TTL.minusMillis(200);
      for (Map.Entry<String, Long> one : leases.entrySet()) {
        Calls.pause(due.minusNanos(System.nanoTime() - granting));
        long renewing = System.nanoTime();
        long ttl = stream.renew(one.getValue());
        boolean there = store.holds(keys.at(one.getKey()));
        Expect.isTrue(ttl == 0 || ttl == TTL_SECONDS, "all or nothing, not a TTL of " + ttl);
        Expect.equal(ttl > 0, there, "whether the key is there after a TTL of " + ttl);
        if (ttl > 0) {
          renewed.put(one.getKey(), renewing);
        }
        due = due.plusMillis(100);
      }
      Expect.isTrue(renewed.containsKey("k0"), "what is renewed in time is renewed");
      for (int deletes = 0; deletes < leases.size(); deletes++) {
        String name = keys.name(watch.nextEvent(0).getKv());
        Duration lived = Duration.ofNanos(System.nanoTime() - renewed.getOrDefault(name, granting));
        Expect.isTrue(lived.compareTo(TTL) >= 0, name + " is gone early, after " + lived);
      }
    }
  }
}
