package dev.keelson.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OutgoingDeliveriesTest {
  private static final Bytes KEY = WatchWorld.bytes("k");

  private final OutgoingDeliveries waiting = new OutgoingDeliveries();

  private static Delivery.Events told(long watchId, long revision, int valueBytes) {
    return told(watchId, revision, revision, valueBytes);
  }

  private static Delivery.Events told(long watchId, long header, long revision, int valueBytes) {
    var kv = new KeyValue(KEY, revision, revision, 1, Bytes.wrap(new byte[valueBytes]), 0);
    var put = new Change.Put(new Revision(revision, 0), kv);
    var event =
        new WatchEvent(
            new AppliedChange(put, new AppliedChange.Previous.Absent()), _ -> Optional.empty());
    return new Delivery.Events(
        watchId, header, List.of(event), WatchSpec.Options.PLAIN, event.wire(false).length);
  }

  /** So much of another watcher waits that the stream lags. */
  private void lag() {
    for (int i = 0; i < OutgoingDeliveries.LAG_DELIVERIES; i++) {
      waiting.addAll(List.of(told(99, 1 + i, 10)));
    }
  }

  private void takeLag() {
    for (int i = 0; i < OutgoingDeliveries.LAG_DELIVERIES; i++) {
      assertThat(revisions(waiting.remove().delivery())).containsExactly(1L + i);
    }
  }

  private static List<Long> revisions(Delivery delivery) {
    return ((Delivery.Events) delivery).events().stream().map(WatchEvent::revision).toList();
  }

  @Test
  void laterRevisionsJoinWhatWaitsForTheSameWatcher() {
    lag();
    waiting.addAll(List.of(told(1, 5, 10), told(2, 5, 10)));
    waiting.addAll(List.of(told(1, 6, 10), told(2, 6, 10), told(1, 7, 10)));

    takeLag();
    var one = waiting.remove();
    assertThat(revisions(one.delivery())).containsExactly(5L, 6L, 7L);
    assertThat(((Delivery.Events) one.delivery()).revision()).isEqualTo(7);
    assertThat(one.deliveries()).isEqualTo(3);
    assertThat(one.bytes()).isEqualTo(3 * told(1, 5, 10).bytes());
    assertThat(((Delivery.Events) one.delivery()).eventBytes())
        .isEqualTo(3 * told(1, 5, 10).eventBytes());
    assertThat(revisions(waiting.remove().delivery())).containsExactly(5L, 6L);
    assertThat(waiting.isEmpty()).isTrue();
  }

  @Test
  @Tag("W13")
  void aStreamThatKeepsUpIsToldEachRevisionAlone() {
    for (int i = 0; i < OutgoingDeliveries.LAG_DELIVERIES; i++) {
      waiting.addAll(List.of(told(1, 1 + i, 10)));
    }
    takeLag();
    assertThat(waiting.isEmpty()).isTrue();
  }

  @Test
  @Tag("W28")
  void nothingIsMovedPastAnAnswerOfAnotherKind() {
    lag();
    waiting.addAll(
        List.of(
            told(1, 5, 10),
            new Delivery.Progress(Delivery.WHOLE_STREAM, 5),
            told(1, 6, 10),
            new Delivery.Canceled(1, 6)));

    takeLag();
    assertThat(revisions(waiting.remove().delivery())).containsExactly(5L);
    assertThat(waiting.remove().delivery()).isInstanceOf(Delivery.Progress.class);
    assertThat(revisions(waiting.remove().delivery())).containsExactly(6L);
    assertThat(waiting.remove().delivery()).isInstanceOf(Delivery.Canceled.class);
  }

  @Test
  void whatHasGoneIsNotJoined() {
    waiting.addAll(List.of(told(1, 5, 10)));
    waiting.remove();
    lag();
    waiting.addAll(List.of(told(1, 6, 10)));

    takeLag();
    assertThat(revisions(waiting.remove().delivery())).containsExactly(6L);
    assertThat(waiting.isEmpty()).isTrue();
  }

  @Test
  @Tag("W14")
  void aBatchOfThePastIsToldAsItIs() {
    lag();
    waiting.addAll(List.of(told(1, 4, 10), told(1, 9, 5, 10), told(1, 9, 8, 10)));
    waiting.addAll(List.of(told(1, 10, 10), told(1, 11, 10)));

    takeLag();
    assertThat(revisions(waiting.remove().delivery())).containsExactly(4L);
    assertThat(revisions(waiting.remove().delivery())).containsExactly(5L);
    assertThat(revisions(waiting.remove().delivery())).containsExactly(8L);
    assertThat(revisions(waiting.remove().delivery())).containsExactly(10L, 11L);
    assertThat(waiting.isEmpty()).isTrue();
  }

  @Test
  void joinedAnswersAreBounded() {
    int half = (int) OutgoingDeliveries.MAX_JOINED_BYTES / 2;
    lag();
    waiting.addAll(List.of(told(1, 5, half), told(1, 6, half), told(1, 7, 10), told(1, 8, 10)));

    takeLag();
    assertThat(revisions(waiting.remove().delivery())).containsExactly(5L);
    assertThat(revisions(waiting.remove().delivery())).containsExactly(6L, 7L, 8L);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  @Tag("W11")
  void everyWatcherIsToldOfEveryRevisionOnceAndInOrder(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    var heard = new ArrayList<List<Long>>();
    var meant = new ArrayList<List<Long>>();
    for (int i = 0; i < 4; i++) {
      heard.add(new ArrayList<>());
      meant.add(new ArrayList<>());
    }
    int deliveries = 0;
    int taken = 0;
    int answers = 0;
    for (long revision = 1; revision <= 2_000; revision++) {
      int watcher = random.nextInt(4);
      waiting.addAll(List.of(told(watcher, revision, random.nextInt(40))));
      meant.get(watcher).add(revision);
      deliveries++;
      int toTake = random.nextInt(300) == 0 ? random.nextInt(400) : 0;
      while (!waiting.isEmpty() && toTake-- > 0) {
        taken += take(heard);
        answers++;
      }
    }
    while (!waiting.isEmpty()) {
      taken += take(heard);
      answers++;
    }
    assertThat(heard).isEqualTo(meant);
    assertThat(taken).isEqualTo(deliveries);
    assertThat(answers).isLessThan(deliveries);
  }

  private int take(List<List<Long>> heard) {
    var next = waiting.remove();
    var events = (Delivery.Events) next.delivery();
    heard.get((int) events.watchId()).addAll(revisions(events));
    return next.deliveries();
  }
}
