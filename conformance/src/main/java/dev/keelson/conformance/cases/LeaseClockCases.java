package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.Event.EventType;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.CaseFailure;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.KeepAlive;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Section 11.8, what takes time: leases that run out, and those that are kept from it. */
public final class LeaseClockCases {
  private static final long TTL_SECONDS = 2;
  private static final Duration TTL = Duration.ofSeconds(TTL_SECONDS);

  /** A machine may stand still so long that a lease is over before its case has begun. */
  private static final int ATTEMPTS = 20;

  private LeaseClockCases() {}

  public static List<Case> cases() {
    return List.of(
            Case.of("224", "a lease runs out, never early", inTime(LeaseClockCases::runsOut)),
            Case.of("225", "each lease is a revision of its own", inTime(LeaseClockCases::two)),
            Case.of("226", "a renewed lease stays", inTime(LeaseClockCases::renewed)),
            Case.of(
                "227", "late renewals are all or nothing", inTime(LeaseClockCases::lateRenewal)))
        .stream()
        .map(one -> one.tagged(Tag.FRESH_MEMBER, Tag.SLOW))
        .toList();
  }

  /** This thread was late: the lease may be over by right, and the attempt says nothing. */
  private static final class TooLate extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static Case.StoreBody inTime(Case.StoreBody body) {
    return (store, keys) -> {
      for (int attempt = 1; true; attempt++) {
        try {
          body.run(store, keys);
          return;
        } catch (TooLate e) {
          if (attempt == ATTEMPTS) {
            throw new CaseFailure("late in each of " + ATTEMPTS + " attempts");
          }
          // What is left of this attempt ends with its leases.
          Calls.until("no key is left", () -> store.range(keys.everything()).getCount() == 0);
        }
      }
    };
  }

  /** A refusal because the lease is gone says something only as long as it must not be. */
  private static long putLeased(Store store, PutRequest.Builder put, long granting) {
    try {
      return store.put(put).getHeader().getRevision();
    } catch (StatusRuntimeException e) {
      if (isOver(granting)) {
        throw new TooLate();
      }
      throw e;
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /** Whether a lease may have ended by now that was granted or renewed after this moment. */
  private static boolean isOver(long nanos) {
    return since(nanos).compareTo(TTL) >= 0;
  }

  /** That it is gone soon is no matter of this case: how soon depends on the machine as well. */
  private static void runsOut(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a"));
      long granting = System.nanoTime();
      long lease = store.grantLease(0, TTL_SECONDS).getID();
      long put = putLeased(store, keys.put("a", "1").setLease(lease), granting);
      Event gone = watch.events(0, 2).getLast();
      Duration lived = since(granting);
      Expect.equal(EventType.DELETE, gone.getType(), "type");
      Expect.equal(put + 1, gone.getKv().getModRevision(), "mod_revision");
      Expect.isTrue(lived.compareTo(TTL) >= 0, "gone early, after " + lived);
      Expect.equal(-1, store.timeToLive(lease).getTTL(), "TTL afterwards");
      Expect.equal(put + 1, store.revision(), "revision afterwards");
    }
  }

  private static void two(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything().addFilters(FilterType.NOPUT));
      long granting = System.nanoTime();
      long one = store.grantLease(0, TTL_SECONDS).getID();
      long other = store.grantLease(0, TTL_SECONDS).getID();
      long first = putLeased(store, keys.put("a", "1").setLease(one), granting);
      putLeased(store, keys.put("b", "1").setLease(other), granting);
      long last = putLeased(store, keys.put("c", "1").setLease(other), granting);
      if (isOver(granting)) {
        throw new TooLate(); // the first may have ended in between
      }
      Expect.equal(first + 2, last, "revision of the third put");
      List<Event> gone = watch.events(0, 3);
      var revisions = new TreeMap<String, Long>();
      gone.forEach(
          event -> revisions.put(keys.name(event.getKv()), event.getKv().getModRevision()));
      Expect.equal(Set.of("a", "b", "c"), revisions.keySet(), "keys that are gone");
      Expect.equal(
          revisions.getOrDefault("b", 0L),
          revisions.getOrDefault("c", 0L),
          "revision of what one lease held");
      Expect.equal(
          Set.of(last + 1, last + 2),
          Set.copyOf(revisions.values()),
          "revisions of the leases' ends");
      Expect.equal(last + 2, store.revision(), "revision afterwards");
    }
  }

  private static void renewed(Store store, Keys keys) {
    try (WatchSession watch = store.watch();
        KeepAlive stream = store.keepAlive()) {
      watch.create(keys.watch("a"));
      long renewing = System.nanoTime();
      long lease = store.grantLease(0, TTL_SECONDS).getID();
      putLeased(store, keys.put("a", "1").setLease(lease), renewing);
      watch.nextEvent(0);
      for (int second = 0; second < 5; second++) {
        long before = renewing;
        renewing = System.nanoTime();
        long ttl = stream.renew(lease);
        if (ttl != TTL_SECONDS && isOver(before)) {
          throw new TooLate();
        }
        Expect.equal(TTL_SECONDS, ttl, "TTL when renewed");
        boolean gone = watch.next(Duration.ofSeconds(1)).isPresent();
        if (gone && isOver(renewing)) {
          throw new TooLate();
        }
        Expect.isFalse(gone, "the key is gone");
      }
      Expect.equal(EventType.DELETE, watch.nextEvent(0).getType(), "type");
      Duration lived = since(renewing);
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
        putLeased(store, keys.put("k" + i, "1").setLease(lease), granting);
      }
      Map<String, Long> renewed = new HashMap<>();
      Duration due = TTL.minusMillis(200);
      for (Map.Entry<String, Long> one : leases.entrySet()) {
        Calls.pause(due.minus(since(granting)));
        long renewing = System.nanoTime();
        long ttl = stream.renew(one.getValue());
        boolean inTime = !isOver(granting);
        boolean there = store.holds(keys.at(one.getKey()));
        Expect.isTrue(ttl == 0 || ttl == TTL_SECONDS, "all or nothing, not a TTL of " + ttl);
        Expect.isFalse(ttl == 0 && inTime, "what is renewed in time is gone");
        Expect.isFalse(ttl == 0 && there, "the key is there after a TTL of 0");
        Expect.isTrue(ttl == 0 || there || isOver(renewing), "the key is gone after its renewal");
        if (ttl > 0) {
          renewed.put(one.getKey(), renewing);
        }
        due = due.plusMillis(100);
      }
      for (int deletes = 0; deletes < leases.size(); ) {
        for (Event gone : watch.nextEvents(0).getEventsList()) {
          String name = keys.name(gone.getKv());
          Duration lived = since(renewed.getOrDefault(name, granting));
          Expect.isTrue(lived.compareTo(TTL) >= 0, name + " is gone early, after " + lived);
          deletes++;
        }
      }
    }
  }
}
