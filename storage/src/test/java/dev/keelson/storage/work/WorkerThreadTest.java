package dev.keelson.storage.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkerThreadTest {
  private static final Duration HANGS = Duration.ofSeconds(60);

  private final Worker worker = new WorkerThreads().worker("test-worker");
  private final AtomicInteger waiting = new AtomicInteger();
  private final Recording round = new Recording();

  /** Takes what waits, as many at once as there are. */
  private final class Recording implements Round {
    final AtomicInteger taken = new AtomicInteger();
    final AtomicInteger ends = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    volatile boolean broken;

    @Override
    public long run() {
      if (broken) {
        throw new IllegalStateException("as the test wants");
      }
      taken.addAndGet(waiting.getAndSet(0));
      return WHEN_WOKEN;
    }

    @Override
    public boolean hasWork() {
      return waiting.get() > 0;
    }

    @Override
    public void end() {
      run();
      ends.incrementAndGet();
    }

    @Override
    public void failed(Throwable cause) {
      failures.incrementAndGet();
    }
  }

  @Test
  void noWakeUpIsMissedWhetherTheWorkerSleepsOrNot() {
    worker.start(round);
    for (int i = 1; i <= 20_000; i++) {
      waiting.incrementAndGet();
      worker.wake();
      if (i % 1_000 == 0) {
        await().atMost(HANGS).until(() -> waiting.get() == 0);
      }
    }
    await().atMost(HANGS).until(() -> round.taken.get() == 20_000);
    worker.close();
  }

  @Test
  void closeReturnsAfterTheEndWhichTakesWhatWaits() {
    worker.start(round);
    waiting.set(3);

    worker.close();

    assertThat(round.taken).hasValue(3);
    assertThat(round.ends).hasValue(1);
    assertThat(worker.awaitRound()).isFalse();
  }

  @Test
  void aFailureIsToldOnceAndEndsTheWorker() {
    round.broken = true;
    worker.start(round);

    await().atMost(HANGS).until(() -> round.failures.get() == 1);

    assertThat(worker.awaitRound()).isFalse();
    worker.close();
    assertThat(round.failures).hasValue(1);
    assertThat(round.ends).hasValue(0);
  }

  @Test
  void whoIsInterruptedWhileItWaitsStaysInterruptedAndWaits() {
    worker.start(round);
    waiting.set(1);
    worker.wake();
    Thread.currentThread().interrupt();
    while (waiting.get() > 0) {
      assertThat(worker.awaitRound()).isTrue();
    }
    worker.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(round.taken).hasValue(1);
  }
}
