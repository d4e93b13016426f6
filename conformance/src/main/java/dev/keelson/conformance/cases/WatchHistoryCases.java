package dev.keelson.conformance.cases;

import static dev.keelson.conformance.store.Txn.op;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.CaseFailure;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.Txn;
import dev.keelson.conformance.store.WatchSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Section 11.7, fourth part: long histories, large responses, and clients that do not read. */
public final class WatchHistoryCases {
  private static final int PUTS = 2500;
  private static final int MOST_REVISIONS = 1000;
  private static final int IN_TXN = 100;

  private WatchHistoryCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("186", "history comes in batches of whole revisions", WatchHistoryCases::batches)
            .tagged(Tag.WHOLE_STORE),
        Case.of("187", "a batch's header is ahead of its events", WatchHistoryCases::aheadHeader)
            .tagged(Tag.WHOLE_STORE),
        Case.of("188", "a large response comes in fragments", WatchHistoryCases::fragments),
        Case.of("189", "one large event is not split", WatchHistoryCases::oneLargeEvent),
        Case.of("194", "a stalled reader is cancelled by compaction", WatchHistoryCases::overtaken)
            .tagged(Tag.WHOLE_STORE),
        Case.of("195", "a stalled reader loses nothing", WatchHistoryCases::stalled));
  }

  private static void batches(Store store, Keys keys) {
    long first = writeHistory(store, keys);
    long now = store.revision();
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything().setStartRevision(first));
      Map<Long, Integer> events = new HashMap<>();
      long last = first - 1;
      while (last < now) {
        WatchResponse response = watch.nextEvents(0);
        Expect.equal(now, response.getHeader().getRevision(), "header revision of a batch");
        long[] revisions =
            response.getEventsList().stream().mapToLong(e -> e.getKv().getModRevision()).toArray();
        Expect.isTrue(revisions[0] > last, "a revision is not split over responses");
        Expect.equal(last + 1, revisions[0], "first revision of a batch");
        Expect.isTrue(
            IntStream.range(1, revisions.length).allMatch(i -> revisions[i - 1] <= revisions[i]),
            "the events are in order");
        last = revisions[revisions.length - 1];
        long distinct = last - revisions[0] + 1;
        Expect.isTrue(distinct <= MOST_REVISIONS, distinct + " revisions in a response");
        for (long revision : revisions) {
          events.merge(revision, 1, Integer::sum);
        }
      }
      Expect.equal(PUTS + 1, events.size(), "revisions");
      int inTxn = events.getOrDefault(now, 0);
      Expect.equal(IN_TXN, inTxn, "events of the txn");
      Expect.equal(
          PUTS + IN_TXN, events.values().stream().mapToInt(i -> i).sum(), "events altogether");
    }
  }

  private static void aheadHeader(Store store, Keys keys) {
    long first = writeHistory(store, keys);
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watchEverything().setStartRevision(first));
      WatchResponse batch = watch.nextEvents(0);
      long header = batch.getHeader().getRevision();
      long last = batch.getEvents(batch.getEventsCount() - 1).getKv().getModRevision();
      Expect.isTrue(header > last, "the header is ahead of the batch's last event");
      long next = watch.nextEvents(0).getEvents(0).getKv().getModRevision();
      Expect.equal(last + 1, next, "first revision of the second batch");
      Expect.isTrue(next <= header, "an event not above an earlier header still comes");
    }
  }

  private static void fragments(Store store, Keys keys) {
    long first = store.revision() + 1;
    for (int i = 0; i < 10; i++) {
      store.put(large(keys, "k" + i, 1_000_000));
    }
    try (WatchSession whole = store.watch();
        WatchSession split = store.watch()) {
      whole.create(keys.watchEverything().setStartRevision(first));
      split.create(keys.watchEverything().setStartRevision(first).setFragment(true));
      WatchResponse single = whole.nextEvents(0);
      Expect.isFalse(single.getFragment(), "fragment where none was asked for");
      Expect.equal(10, single.getEventsCount(), "events in one response");

      var pieces = new ArrayList<WatchResponse>();
      do {
        pieces.add(split.nextEvents(0));
      } while (pieces.getLast().getFragment());
      Expect.isTrue(pieces.size() > 1, "several pieces, not " + pieces.size());
      var events = new ArrayList<Event>();
      for (WatchResponse piece : pieces) {
        Expect.equal(
            pieces.getFirst().getHeader(), piece.getHeader(), "the same header in all pieces");
        events.addAll(piece.getEventsList());
      }
      Expect.isTrue(single.getEventsList().equals(events), "the pieces together are the whole");
    }
  }

  private static void oneLargeEvent(Store store, Keys keys) {
    try (WatchSession watch = store.watch()) {
      watch.create(keys.watch("a").setFragment(true));
      store.put(large(keys, "a", 1_400_000));
      WatchResponse response = watch.nextEvents(0);
      Expect.isFalse(response.getFragment(), "fragment");
      Expect.equal(1_400_000, response.getEvents(0).getKv().getValue().size(), "size of the value");
      watch.expectSilence(store, keys);
    }
  }

  private static void overtaken(Store store, Keys keys) {
    try (Store connection = store.anotherConnection();
        WatchSession watch = connection.watchAndStall()) {
      long first = watch.create(keys.watchEverything()).getHeader().getRevision() + 1;
      putTwentyKilobytes(store, keys);
      long floor = store.revision();
      store.compact(floor);
      watch.readOn();
      long next = first;
      WatchResponse response = watch.next();
      while (!response.getCanceled()) {
        for (Event event : response.getEventsList()) {
          Expect.equal(next, event.getKv().getModRevision(), "mod_revision without a gap");
          next++;
        }
        response = watch.next();
      }
      Expect.equal(floor, response.getCompactRevision(), "compact_revision");
      Expect.isTrue(next < floor, "events were left when the watcher was cancelled");
      watch.expectSilence(store, keys);
    }
  }

  private static void stalled(Store store, Keys keys) {
    try (Store connection = store.anotherConnection();
        WatchSession watch = connection.watchAndStall()) {
      long next = watch.create(keys.watch("k", "l")).getHeader().getRevision() + 1;
      putTwentyKilobytes(store, keys);
      long last = store.revision();
      watch.readOn();
      while (next <= last) {
        for (Event event : watch.nextEvents(0).getEventsList()) {
          Expect.equal(next, event.getKv().getModRevision(), "mod_revision without a gap");
          Expect.equal(20_000, event.getKv().getValue().size(), "size of the value");
          next++;
        }
      }
      Expect.equal(last + 1, next, "the event after the last");
      watch.expectSilence(store, keys);
    }
  }

  /** 2500 puts and one txn of 100 more; answers the first revision. */
  private static long writeHistory(Store store, Keys keys) {
    long first = store.revision() + 1;
    store.putAtOnce(
        IntStream.range(0, PUTS).mapToObj(i -> keys.put("k" + i % 50, "v" + i)).toList());
    List<RequestOp> puts =
        IntStream.range(0, IN_TXN).mapToObj(i -> op(keys.put("t" + i, "1"))).toList();
    long last = store.txn(new Txn().then(puts)).getHeader().getRevision();
    if (last != first + PUTS) {
      throw new CaseFailure("others write to this store");
    }
    return first;
  }

  /** 50 MB in all, by turns, so that none of them waits behind all the others. */
  private static void putTwentyKilobytes(Store store, Keys keys) {
    for (int turn = 0; turn < PUTS; turn += 100) {
      store.putAtOnce(IntStream.range(0, 100).mapToObj(i -> large(keys, "k" + i, 20_000)).toList());
    }
  }

  private static PutRequest.Builder large(Keys keys, String name, int bytes) {
    return keys.put(name, "").setValue(ByteString.copyFrom(new byte[bytes]));
  }
}
