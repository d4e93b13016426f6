package dev.keelson.server.watch;

import static dev.keelson.server.watch.WatchWorld.bytes;
import static dev.keelson.server.watch.WatchWorld.key;
import static dev.keelson.server.watch.WatchWorld.range;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.Event.EventType;
import dev.keelson.raft.Bytes;
import dev.keelson.server.watch.WatchSpec.Options;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WatchHubTest {
  private static final Options PREVIOUS = new Options(true, true, true, false, false);
  private static final Options PROGRESS = new Options(true, true, false, true, false);

  private final WatchWorld world = new WatchWorld(WatchWorld.roomy(), 1);
  private final TestOutlet client = world.openStream();

  @Test
  @Tag("W2")
  void idsAreChosenFromZeroPastThoseInUseAndNeverTwice() {
    client.create(1, key("a"), 0, Options.PLAIN).create(key("a"), 0).create(key("a"), 0);
    client.stream.cancel(0);
    client.create(key("a"), 0).create(-5, key("a"), 0, Options.PLAIN);
    world.settle();

    assertThat(client.deliveries)
        .containsExactly(
            new Delivery.Created(1, 1),
            new Delivery.Created(0, 1),
            new Delivery.Created(2, 1),
            new Delivery.Canceled(0, 1),
            new Delivery.Created(3, 1),
            new Delivery.Created(-5, 1));
    assertThat(client.handled).isEqualTo(6);
  }

  @Test
  @Tag("W6")
  void refusalsNameTheFirstFaultAndLeaveTheStreamAlone() {
    client.create(7, key("a"), 0, Options.PLAIN);
    client.create(7, range("b", "a"), -1, Options.PLAIN);
    client.create(7, range("b", "b"), 0, Options.PLAIN);
    client.create(7, key("b"), 0, Options.PLAIN).create(key("c"), 0);
    world.settle();

    assertThat(client.deliveries)
        .containsExactly(
            new Delivery.Created(7, 1),
            new Delivery.Refused("etcdserver: mvcc: required revision has been compacted", 1),
            new Delivery.Refused("mvcc: watcher range is empty", 1),
            new Delivery.Refused("mvcc: duplicate watch ID provided on the WatchStream", 1),
            new Delivery.Created(0, 1));
  }

  @Test
  @Tag("W12")
  @Tag("W13")
  void liveWatcherGetsOneDeliveryForEachRevision() {
    client.create(range("a", "c"), 0);
    world.settle();

    world.write(
        txn -> {
          txn.put(bytes("b"), bytes("1"), 0);
          txn.put(bytes("a"), bytes("2"), 0);
          txn.put(bytes("c"), bytes("3"), 0);
        });
    world.put("c", "not watched");
    world.put("a", "4");
    world.settle();

    assertThat(texts(client.events(0))).containsExactly("2 PUT b=1", "2 PUT a=2", "4 PUT a=4");
    assertThat(eventDeliveries()).extracting(Delivery.Events::revision).containsExactly(2L, 4L);
  }

  /** The client's connection takes what it was told while the hub lets go of its stream. */
  @Test
  @Tag("MEM-bound")
  void whatIsTakenWhileItsStreamEndsIsCountedOnce() {
    client.create(key("a"), 0);
    var other = world.openStream();
    other.create(key("b"), 0);
    client.stalled = true;
    world.settle();
    world.put("a", "waits");
    world.settle();
    assertThat(world.hub.stats().waitingBytes()).isPositive();

    client.stream.letGo();
    client.take();
    world.put("b", "1");
    world.settle();

    assertThat(world.hub.stats().waitingBytes()).isZero();
  }

  @Test
  @Tag("W4")
  void startInTheFutureHearsNothingBefore() {
    client.create(key("a"), 4);
    world.settle();
    world.put("a", "2");
    world.put("a", "3");
    world.put("a", "4");
    world.settle();

    assertThat(texts(client.events(0))).containsExactly("4 PUT a=4");
  }

  @Test
  @Tag("W4")
  void registrationFollowsWhatReadersSeeThoughTheHubDoesNotKnowYet() {
    client.create(key("x"), 0);
    world.settle();
    world.commit(txn -> txn.put(bytes("a"), bytes("2"), 0));
    client.create(key("a"), 0).create(key("a"), 2);
    world.settle();
    world.announce();
    world.put("a", "3");
    world.settle();

    assertThat(client.deliveries).contains(new Delivery.Created(1, 2));
    assertThat(texts(client.events(1))).containsExactly("3 PUT a=3");
    assertThat(texts(client.events(2))).containsExactly("2 PUT a=2", "3 PUT a=3");
  }

  @Test
  @Tag("W9")
  @Tag("W10")
  void previousValuesAreThoseOfTheRevisionBefore() {
    world.put("old", "1");
    client.create(0, range("a", "z"), 0, PREVIOUS).create(range("a", "z"), 0);
    world.settle();

    world.write(
        txn -> {
          txn.deleteRange(key("old"));
          txn.put(bytes("old"), bytes("2"), 0);
          txn.put(bytes("new"), bytes("3"), 0);
          txn.deleteRange(key("new"));
        });
    world.put("old", "4");
    world.settle();

    assertThat(texts(client.events(0)))
        .containsExactly(
            "3 DELETE old was 1",
            "3 PUT old=2",
            "3 PUT new=3",
            "3 DELETE new",
            "4 PUT old=4 was 2");
    assertThat(texts(client.events(1)))
        .containsExactly(
            "3 DELETE old", "3 PUT old=2", "3 PUT new=3", "3 DELETE new", "4 PUT old=4");
    var again = world.openStream().create(0, range("a", "z"), 2, PREVIOUS);
    world.settle();
    assertThat(texts(again.events(0)).subList(1, 6)).isEqualTo(texts(client.events(0)));
  }

  @Test
  @Tag("W8")
  void filteredEventsLeaveNoTrace() {
    client.create(0, key("a"), 0, new Options(false, true, false, false, false));
    client.create(0, key("a"), 0, new Options(true, false, false, false, false));
    client.create(0, key("a"), 0, new Options(false, false, false, false, false));
    world.settle();
    client.drain();
    world.put("a", "1");
    world.delete("a");
    world.settle();

    assertThat(texts(client.events(0))).containsExactly("3 DELETE a");
    assertThat(texts(client.events(1))).containsExactly("2 PUT a=1");
    assertThat(client.deliveries).hasSize(2);
  }

  @Test
  @Tag("W14")
  void catchUpTellsAtMostAThousandRevisionsAtOnceAndNamesTheNewest() {
    for (int i = 0; i < 2_499; i++) {
      world.put("k" + i, "v");
    }
    world.write(
        txn -> {
          for (int i = 0; i < 100; i++) {
            txn.put(bytes("t" + i), bytes("v"), 0);
          }
        });
    client.create(new KeyRange.From(Bytes.wrap(new byte[1])), 2);
    world.settle();

    var told = eventDeliveries();
    assertThat(told).hasSize(3).allMatch(delivery -> delivery.revision() == 2_501);
    assertThat(told.getFirst().events()).hasSize(1_000);
    assertThat(told.getLast().events()).hasSize(599);
    assertThat(client.events(0)).hasSize(2_599);
    world.put("live", "v");
    world.settle();
    assertThat(eventDeliveries().getLast().revision()).isEqualTo(2_502);
  }

  @Test
  void whatIsWrittenWhileHistoryIsReadComesOnceAndInOrder() {
    world.put("a", "2");
    client.create(key("a"), 2);
    world.hub.turn(); // a scan waits
    world.put("a", "3");
    world.hub.turn();
    world.scan(); // sees 3 already
    world.put("a", "4");
    world.hub.turn();
    world.put("a", "5");
    world.settle();

    assertThat(texts(client.events(0)))
        .containsExactly("2 PUT a=2", "3 PUT a=3", "4 PUT a=4", "5 PUT a=5");
  }

  @Test
  @Tag("W24")
  @Tag("W25")
  void compactedStartIsCreatedThenCancelledAndKeepsItsId() {
    world.put("a", "2");
    world.put("a", "3");
    world.put("a", "4");
    world.compact(4);
    client.create(9, key("a"), 3, Options.PLAIN).create(key("a"), 4);
    world.settle();

    assertThat(client.drain())
        .startsWith(new Delivery.Created(9, 4), new Delivery.Created(0, 4))
        .contains(new Delivery.Compacted(9, 4));
    client.create(9, key("a"), 0, Options.PLAIN);
    client.stream.requestProgress();
    client.stream.cancel(9);
    client.stream.requestProgress();
    world.settle();
    assertThat(client.drain())
        .containsExactly(
            new Delivery.Refused("mvcc: duplicate watch ID provided on the WatchStream", 4),
            new Delivery.Canceled(9, 4),
            new Delivery.Progress(-1, 4));
  }

  @Test
  @Tag("W21")
  @Tag("MEM-bound")
  void stalledClientHoldsABoundedBufferAndGetsEverythingOnce() {
    var other = world.openStream().create(key("big"), 0);
    client.create(key("big"), 0);
    world.settle();
    client.stalled = true;
    for (int i = 0; i < 500; i++) {
      world.put("big", "x".repeat(40_000) + i);
      world.settle();
    }

    assertThat(client.mostUntakenBytes).isBetween(1L << 20, 5L << 20);
    assertThat(other.events(0)).hasSize(500);
    assertThat(eventDeliveries().size()).isLessThan(120);
    client.stalled = false;
    for (int i = 0; i < 50; i++) {
      client.take();
      world.settle();
    }
    assertThat(client.events(0)).isEqualTo(other.events(0));
    world.put("big", "live again");
    world.settle();
    assertThat(eventDeliveries().getLast().revision()).isEqualTo(world.revision());
  }

  @Test
  @Tag("W24")
  void stalledClientGetsAGaplessPrefixBeforeItsHistoryIsGone() {
    client.create(key("big"), 0);
    world.settle();
    client.stalled = true;
    for (int i = 0; i < 300; i++) {
      world.put("big", "x".repeat(40_000) + i);
      world.settle();
    }
    world.compact(world.revision());
    client.take();
    world.settle();

    assertThat(client.deliveries.getLast()).isEqualTo(new Delivery.Compacted(0, 301));
    long next = 2;
    for (var event : client.events(0)) {
      assertThat(event.getKv().getModRevision()).isEqualTo(next++);
    }
    assertThat(next).isGreaterThan(50);
  }

  @Test
  @Tag("MEM-bound")
  void changesThatTheHubCannotHoldAreReadFromHistory() {
    var limits =
        new WatchLimits(
            10, 1 << 20, 4_096, 4 << 20, 64 << 20, 1_000, 1_000, 2 << 20, 32 << 20, 100, 64);
    var small = new WatchWorld(limits, 1);
    var watcher = small.openStream().create(key("a"), 0);
    small.settle();
    for (int i = 0; i < 50; i++) {
      small.put("a", "v" + i);
    }
    small.settle();

    assertThat(watcher.events(0)).hasSize(50);
    assertThat(watcher.deliveries.size()).isLessThan(50);
  }

  @Test
  @Tag("W14")
  void whatIsToldOfThePastAtOnceIsBoundedButForItsLastRevision() {
    for (int i = 0; i < 40; i++) {
      world.put("a", "x".repeat(1_000_000));
    }
    client.create(key("a"), 1);
    world.settle();

    assertThat(client.events(0)).hasSize(40);
    assertThat(eventDeliveries())
        .hasSizeGreaterThan(1)
        .allSatisfy(events -> assertThat(events.bytes()).isLessThan((16 << 20) + 2_000_000));
  }

  @Test
  @Tag("MEM-bound")
  void watchersPastTheBoundAreRefused() {
    var limits = new WatchLimits(2, 1 << 20, 8, 1_000, 2_000, 1_000, 10, 1_000, 2_000, 100, 64);
    var small = new WatchWorld(limits, 1);
    var watcher = small.openStream().create(key("a"), 0).create(key("a"), 0).create(key("a"), 0);
    small.settle();

    assertThat(watcher.deliveries.getLast())
        .isEqualTo(new Delivery.Refused("etcdserver: too many requests", 1));
    watcher.stream.close();
    var next = small.openStream().create(key("a"), 0);
    small.settle();
    assertThat(next.deliveries).containsExactly(new Delivery.Created(0, 1));
  }

  @Test
  @Tag("W22")
  void snapshotInTheStoresPlaceLosesAndRepeatsNothing() {
    client.create(key("a"), 0).create(key("a"), 5);
    world.settle();
    world.put("a", "2");
    world.settle();
    world.commit(txn -> txn.put(bytes("a"), bytes("3"), 0));
    world.commit(txn -> txn.put(bytes("a"), bytes("4"), 0));
    world.commit(txn -> txn.put(bytes("a"), bytes("5"), 0));
    world.replace();
    world.settle();
    world.put("a", "6");
    world.settle();

    assertThat(texts(client.events(0)))
        .containsExactly("2 PUT a=2", "3 PUT a=3", "4 PUT a=4", "5 PUT a=5", "6 PUT a=6");
    assertThat(texts(client.events(1))).containsExactly("5 PUT a=5", "6 PUT a=6");
  }

  @Test
  @Tag("W26")
  @Tag("W28")
  void progressIsAnsweredOnceAllThatReadersSeeHasBeenTold() {
    client.create(key("a"), 0);
    world.settle();
    world.commit(txn -> txn.put(bytes("a"), bytes("2"), 0));
    world.commit(txn -> txn.put(bytes("b"), bytes("3"), 0));
    client.drain();
    client.stream.requestProgress();
    world.settle();
    assertThat(client.deliveries).isEmpty();
    world.announce();
    world.settle();

    assertThat(client.deliveries).hasSize(2);
    assertThat(client.deliveries.getLast()).isEqualTo(new Delivery.Progress(-1, 3));
  }

  @Test
  @Tag("W28")
  void progressIsNotAnsweredWithoutWatchersOrWhileOneIsBehindOrWaits() {
    client.stream.requestProgress();
    world.put("a", "2");
    client.create(key("a"), 2);
    client.stream.requestProgress();
    world.settle();
    assertThat(client.deliveries).noneMatch(Delivery.Progress.class::isInstance);

    client.create(5, key("a"), 4, Options.PLAIN);
    client.stream.requestProgress();
    world.settle();
    assertThat(client.deliveries).noneMatch(Delivery.Progress.class::isInstance);
    world.put("x", "3");
    world.put("x", "4");
    client.stream.requestProgress();
    world.settle();
    assertThat(client.deliveries.getLast()).isEqualTo(new Delivery.Progress(-1, 4));
  }

  @Test
  @Tag("W28")
  void progressIsAnsweredWhileAnotherStreamIsBehind() {
    world.put("a", "2");
    client.create(key("b"), 0);
    world.settle();
    world.openStream().create(key("a"), 2);
    world.hub.turn(); // its scan has not run
    client.stream.requestProgress();
    world.hub.turn();

    assertThat(client.deliveries.getLast()).isEqualTo(new Delivery.Progress(-1, 2));
  }

  @Test
  @Tag("W27")
  void silentWatchersHearOfProgressAndOthersSkipATick() {
    client.create(0, key("a"), 0, PROGRESS).create(0, key("b"), 0, PROGRESS);
    client.create(key("a"), 0).create(0, key("a"), 10, PROGRESS);
    world.settle();
    client.drain();
    world.passMillis(999);
    world.settle();
    assertThat(client.drain()).isEmpty();

    world.put("a", "2");
    world.settle();
    client.drain();
    world.passMillis(102); // a period is up to a tenth longer
    world.settle();
    assertThat(client.drain()).containsExactly(new Delivery.Progress(1, 2));
    world.passMillis(1_100);
    world.settle();
    assertThat(client.drain())
        .containsExactlyInAnyOrder(new Delivery.Progress(0, 2), new Delivery.Progress(1, 2));
  }

  @Test
  @Tag("W17")
  void cancelledAndClosedWatchersHearNoMore() {
    var other = world.openStream().create(key("a"), 0);
    client.create(key("a"), 0);
    client.stream.cancel(0);
    client.stream.cancel(0);
    client.stream.cancel(12);
    world.settle();
    assertThat(client.drain())
        .containsExactly(new Delivery.Created(0, 1), new Delivery.Canceled(0, 1));
    other.stalled = true;
    world.put("a", "2");
    world.settle();
    assertThat(world.hub.stats().waitingBytes()).isPositive();
    other.stream.close();
    world.put("a", "3");
    world.settle();

    assertThat(client.deliveries).isEmpty();
    assertThat(world.hub.stats().isIdle()).isTrue();
  }

  private record Heard(List<String> words) implements WatchListener {
    @Override
    public void changed(List<Change> changes) {
      changes.forEach(change -> words.add(change.revision().main() + ""));
    }

    @Override
    public void compacted(long compactRevision) {
      words.add("compacted");
    }

    @Override
    public void refused(String reason) {
      words.add(reason);
    }
  }

  @Test
  @Tag("MEM-bound")
  void theMembersOwnWatchesAreRefusedLikeOthersAndHarmNobody() {
    var limits = new WatchLimits(1, 1 << 20, 8, 1_000, 2_000, 1_000, 10, 1_000, 2_000, 100, 64);
    var small = new WatchWorld(limits, 1);
    var other = small.openStream().create(key("a"), 0);
    small.settle();
    var heard = new ArrayList<String>();

    var watching = small.hub.watch(key("a"), 0, new Heard(heard));
    small.settle();
    small.put("a", "1");
    small.settle();
    watching.close();

    assertThat(heard).containsExactly("etcdserver: too many requests");
    assertThat(texts(other.events(0))).containsExactly("2 PUT a=1");
  }

  @Test
  void memberHearsOfChangesItself() {
    world.put("a", "2");
    var heard = new ArrayList<String>();
    var watching = world.hub.watch(key("a"), 2, new Heard(heard));
    world.settle();
    world.put("a", "3");
    world.delete("a");
    world.settle();
    watching.close();
    world.put("a", "5");
    world.settle();

    assertThat(heard).containsExactly("2", "3", "4");
    assertThat(world.hub.stats().isIdle()).isTrue();
  }

  private List<Delivery.Events> eventDeliveries() {
    return client.deliveries.stream()
        .filter(Delivery.Events.class::isInstance)
        .map(Delivery.Events.class::cast)
        .toList();
  }

  private static List<String> texts(List<Event> events) {
    return events.stream().map(WatchHubTest::text).toList();
  }

  private static String text(Event event) {
    var kv = event.getKv();
    var text = kv.getModRevision() + " " + event.getType() + " " + kv.getKey().toStringUtf8();
    if (event.getType() == EventType.PUT) {
      text += "=" + kv.getValue().toStringUtf8();
    }
    return event.hasPrevKv() ? text + " was " + event.getPrevKv().getValue().toStringUtf8() : text;
  }
}
