package dev.keelson.server.watchdog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who is told of, and who is not; looks are made by hand. */
@Tag("OV-oom")
class WatchdogTest {
  private static final int PATIENCE = 10;
  private static final long SECOND = 1_000_000_000;

  private final List<HandWorker> hand = new ArrayList<>();
  private final WatchedWorkers workers =
      new WatchedWorkers(
          name -> {
            hand.add(new HandWorker());
            return hand.getLast();
          });
  private final List<Runnable> asked = new ArrayList<>();
  private final Watchdog watchdog =
      new Watchdog(
          workers,
          task -> {
            asked.add(task);
            return 1;
          },
          PATIENCE,
          cause -> {
            throw new AssertionError(cause);
          },
          new HandWorker());

  @Test
  void aRoundThatDoesNotEndIsToldUntilItDoes() {
    var apply = start("keelson-apply", Round.WHEN_WOKEN);
    // Looks that are made within the round: it does not end before them.
    apply.work = () -> look(PATIENCE);
    apply.run();
    assertThat(watchdog.standstills()).as("not longer than the patience").isEmpty();

    apply.work =
        () -> {
          look(PATIENCE + 2);
          assertThat(watchdog.standstills())
              .containsExactly(new Standstill("keelson-apply", true, PATIENCE + 1));
          assertThat(watchdog.reason())
              .hasValue("no progress: keelson-apply for " + (PATIENCE + 1) + " s");
        };
    apply.run();
    look(1);

    assertThat(watchdog.standstills()).isEmpty();
    assertThat(watchdog.reason()).isEmpty();
  }

  @Test
  void whoSleepsUntilWokenMaySleep() {
    start("keelson-apply", Round.WHEN_WOKEN).run();

    look(1_000);

    assertThat(watchdog.standstills()).isEmpty();
  }

  @Test
  void whoDoesNotWakeWhenItsTimeHasComeIsTold() {
    start("keelson-replica", 5 * SECOND).run();

    look(1 + 5 + PATIENCE);
    assertThat(watchdog.standstills()).isEmpty();
    look(1);

    assertThat(watchdog.standstills()).extracting(Standstill::worker).contains("keelson-replica");
  }

  /** As after SIGSTOP: however long it took, it was one look. */
  @Test
  void whoGetsOnBetweenTwoLooksIsNeverTold() {
    var replica = start("keelson-replica", SECOND / 10);

    for (int i = 0; i < 100; i++) {
      replica.run();
      look(PATIENCE);
    }

    assertThat(watchdog.standstills()).isEmpty();
  }

  @Test
  void whoWorksBehindTheOthersMayTakeLongerAndEndsNoService() {
    var upkeep = start("keelson-upkeep", Round.WHEN_WOKEN);
    upkeep.work =
        () -> {
          look(6 * PATIENCE + 1);
          assertThat(watchdog.standstills()).isEmpty();
          look(1);
          assertThat(watchdog.standstills()).extracting(Standstill::core).containsExactly(false);
          assertThat(watchdog.reason()).isEmpty();
        };
    upkeep.run();
  }

  @Test
  void whoHasEndedIsForgotten() {
    var apply = start("keelson-apply", Round.WHEN_WOKEN);
    var lease = start("keelson-lease", SECOND);
    lease.run();
    apply.round.end();
    lease.round.failed(new IllegalStateException("planted"));

    look(100);

    assertThat(watchdog.standstills()).isEmpty();
    assertThat(workers.watched()).isEmpty();
  }

  @Test
  void socketsThatDoNotAnswerAreToldUntilTheyDo() {
    watchdog.run();
    watchdogRuns(PATIENCE);
    assertThat(watchdog.standstills()).isEmpty();
    watchdogRuns(1);
    assertThat(watchdog.reason()).isPresent();
    assertThat(asked).as("they are asked once").hasSize(1);

    asked.getFirst().run();
    watchdogRuns(1);

    assertThat(watchdog.standstills()).isEmpty();
    assertThat(asked).hasSize(2);
  }

  private HandWorker start(String name, long wishNanos) {
    var worker = workers.worker(name);
    var driver = hand.getLast();
    worker.start(new Wish(wishNanos, () -> driver.work.run()));
    return driver;
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      asked.forEach(Runnable::run);
      watchdog.run();
    }
  }

  private void watchdogRuns(int times) {
    for (int i = 0; i < times; i++) {
      watchdog.run();
    }
  }

  /** Does its work, and wants to be woken after a while. */
  private record Wish(long nanos, Runnable work) implements Round {
    @Override
    public long run() {
      work.run();
      return nanos;
    }

    @Override
    public boolean hasWork() {
      return false;
    }

    @Override
    public void failed(Throwable cause) {}
  }

  /** Does a round when the test says so. */
  private static final class HandWorker implements Worker {
    private Round round = new Wish(0, () -> {});
    private Runnable work = () -> {};

    @Override
    public void start(Round started) {
      round = started;
    }

    void run() {
      round.run();
    }

    @Override
    public void wake() {}

    @Override
    public boolean awaitRound() {
      return true;
    }

    @Override
    public void close() {}
  }
}
