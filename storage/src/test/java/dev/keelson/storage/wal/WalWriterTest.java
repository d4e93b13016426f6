package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.LogEntries.entries;
import static dev.keelson.storage.wal.LogEntries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.PosixDisk;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.work.WorkerThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(300)
class WalWriterTest {
  private static final Duration HANGS = Duration.ofSeconds(60);
  private static final Path DIRECTORY = Path.of("/wal");
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final HardState TERM_ONE = new HardState(1, 0, 0);

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final RecordingListener listener = new RecordingListener();

  @Test
  void entriesAreInTheLogAtOnceAndReportedWhenDurable() throws IOException {
    WalWriter writer = start(WalConfig.DEFAULT);

    assertThat(writer.submit(1, entries(1, 1, 3, 10), TERM_ONE, true)).isTrue();

    assertThat(writer.log().read(1, 4, Long.MAX_VALUE)).isEqualTo(entries(1, 1, 3, 10));
    await().atMost(HANGS).until(() -> listener.highest() == 1);
    disk.powerLoss(Survival.NOTHING);
    assertThat(open(WalConfig.DEFAULT).lastIndex()).isEqualTo(3);
  }

  @Test
  void allThatGatheredDuringASyncSharesTheNextOne() throws IOException {
    var inSync = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var syncs = new AtomicLong();
    WalWriter writer = start(WalConfig.DEFAULT);
    disk.inject(
        (number, operation, path) -> {
          if (operation == Operation.SYNC && syncs.incrementAndGet() == 1) {
            inSync.countDown();
            awaitLatch(goOn);
          }
          return Verdict.PROCEED;
        });
    writer.submit(1, entries(1, 1, 1, 10), TERM_ONE, true);
    awaitLatch(inSync);
    for (long index = 2; index <= 50; index++) {
      writer.submit(index, entries(1, index, index, 10), TERM_ONE, true);
    }

    goOn.countDown();

    await().atMost(HANGS).until(() -> listener.highest() == 50);
    assertThat(listener.persisted).containsExactly(1L, 50L);
    assertThat(syncs.get()).isEqualTo(2);
  }

  @Test
  void appendThatNeedNotBeDurableIsReportedWithoutASync() throws IOException {
    var syncs = new AtomicLong();
    WalWriter writer = start(WalConfig.DEFAULT);
    disk.inject(
        (number, operation, path) -> {
          syncs.addAndGet(operation == Operation.SYNC ? 1 : 0);
          return Verdict.PROCEED;
        });

    writer.submit(1, List.of(), TERM_ONE, false);

    await().atMost(HANGS).until(() -> listener.highest() == 1);
    assertThat(syncs.get()).isZero();
  }

  @Test
  void failedSyncIsReportedOnceAndTheFilesAreNotTouchedAgain() throws IOException {
    WalWriter writer = start(WalConfig.DEFAULT);
    disk.inject(FaultPlan.nth(Operation.SYNC, 0, Verdict.FAIL));
    writer.submit(1, entries(1, 1, 1, 10), TERM_ONE, true);
    await().atMost(HANGS).until(() -> !listener.failures.isEmpty());
    long operations = disk.operations();

    assertThat(writer.submit(2, entries(1, 2, 2, 10), TERM_ONE, true)).isFalse();
    assertThat(writer.release(1)).isFalse();
    assertThatThrownBy(() -> writer.reset(new LogPosition(1, 9), TERM_ONE))
        .isInstanceOf(IOException.class);
    writer.close();

    assertThat(listener.persisted).isEmpty();
    assertThat(listener.failures).hasSize(1);
    assertThat(disk.operations()).isEqualTo(operations);
  }

  @Test
  void closeMakesDurableWhatWasSubmitted() throws IOException {
    WalWriter writer = start(WalConfig.DEFAULT);
    writer.submit(1, entries(1, 1, 5, 10), TERM_ONE, false);

    writer.close();

    disk.powerLoss(Survival.NOTHING);
    assertThat(open(WalConfig.DEFAULT).lastIndex()).isEqualTo(5);
    assertThat(writer.submit(2, entries(1, 6, 6, 10), TERM_ONE, true)).isFalse();
  }

  @Test
  void resetIsDurableWhenItReturns() throws IOException {
    WalWriter writer = start(WalConfig.DEFAULT);
    writer.submit(1, entries(1, 1, 5, 10), TERM_ONE, true);

    writer.reset(new LogPosition(3, 100), new HardState(3, 0, 100));

    assertThat(writer.log().firstIndex()).isEqualTo(101);
    assertThat(listener.highest()).isEqualTo(1);
    writer.submit(2, entries(3, 101, 101, 10), new HardState(3, 0, 100), true);
    await().atMost(HANGS).until(() -> listener.highest() == 2);
    disk.powerLoss(Survival.NOTHING);
    Wal reopened = open(WalConfig.DEFAULT);
    assertThat(reopened.base()).isEqualTo(new LogPosition(3, 100));
    assertThat(reopened.lastIndex()).isEqualTo(101);
  }

  @Test
  void fullQueueHoldsTheSubmitterUpUntilTheDiskIsBack() throws Exception {
    var goOn = new CountDownLatch(1);
    WalWriter writer = start(WalConfig.DEFAULT.withQueue(2, 1000));
    disk.inject(
        (number, operation, path) -> {
          awaitLatch(goOn);
          return Verdict.PROCEED;
        });
    var submitted = new AtomicLong();
    Thread submitter =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long index = 1; index <= 20; index++) {
                    writer.submit(index, entries(1, index, index, 100), TERM_ONE, true);
                    submitted.set(index);
                  }
                });

    await().atMost(HANGS).until(() -> !writer.hasRoomFor(100));
    assertThat(submitted.get()).isLessThanOrEqualTo(4);
    await().atMost(HANGS).until(() -> writer.busyNanos() > 0);
    goOn.countDown();
    submitter.join();

    await().atMost(HANGS).until(() -> listener.highest() == 20);
  }

  @Test
  void interruptedSubmitterLosesNothing() throws IOException {
    WalWriter writer = start(WalConfig.DEFAULT.withQueue(1, 100));
    for (long index = 1; index <= 50; index++) {
      Thread.currentThread().interrupt();
      assertThat(writer.submit(index, entries(1, index, index, 100), TERM_ONE, true)).isTrue();
    }
    writer.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(listener.highest()).isEqualTo(50);
    assertThat(listener.failures).isEmpty();
  }

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 6);
  }

  /**
   * A model beside a log whose tail is so small that reads race with writes, rolls and releases.
   */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void readsSeeEverySubmittedEntryWhileTheWriterWorks(long seed, @TempDir Path directory)
      throws IOException {
    var random = new Random(seed);
    WalConfig config =
        WalConfig.DEFAULT
            .withSegmentBytes(1 << 17)
            .withAllocationBytes(1 << 14)
            .withTailBytes(4000)
            .withQueue(64, 1 << 16);
    Disk real = new PosixDisk();
    var writer =
        new WalWriter(
            Wal.open(real, directory, IDENTITY, config),
            listener,
            WalStatistics.NONE,
            System::nanoTime,
            new WorkerThreads());
    var model = new ArrayList<Entry>();
    long first = 1;
    long term = 1;
    for (long sequence = 1; sequence <= 4000; sequence++) {
      if (random.nextInt(20) == 0 && model.size() > first) {
        term++;
        long replaced = random.nextLong(Math.max(first, model.size() - 200L), model.size()) + 1;
        model.subList((int) replaced - 1, model.size()).clear();
      }
      var added = new ArrayList<Entry>();
      for (int i = random.nextInt(8); i >= 0; i--) {
        added.add(entry(term, model.size() + 1, random.nextInt(300)));
        model.add(added.getLast());
      }
      writer.submit(sequence, added, new HardState(term, 0, first - 1), random.nextInt(4) == 0);
      if (random.nextInt(100) == 0) {
        first = Math.max(first, model.size() - 300);
        writer.submit(++sequence, List.of(), new HardState(term, 0, first - 1), false);
        writer.release(first - 1);
      }
      long from = random.nextLong(first, model.size() + 1);
      long to = random.nextLong(from, model.size() + 1) + 1;
      List<Entry> read = writer.log().read(from, to, 2000);
      assertThat(read).isEqualTo(model.subList((int) from - 1, (int) from - 1 + read.size()));
      assertThat(writer.log().termAt(from)).isEqualTo(model.get((int) from - 1).term());
    }
    writer.close();

    assertThat(listener.failures).isEmpty();
    Wal reopened = Wal.open(real, directory, IDENTITY, config);
    assertThat(reopened.lastIndex()).isEqualTo(model.size());
    assertThat(reopened.read(first, model.size() + 1, Long.MAX_VALUE))
        .isEqualTo(model.subList((int) first - 1, model.size()));
    reopened.close();
  }

  private WalWriter start(WalConfig config) throws IOException {
    return new WalWriter(
        open(config), listener, WalStatistics.NONE, System::nanoTime, new WorkerThreads());
  }

  private Wal open(WalConfig config) throws IOException {
    return Wal.open(disk, DIRECTORY, IDENTITY, config);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
