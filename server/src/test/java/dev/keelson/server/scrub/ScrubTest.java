package dev.keelson.server.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.RandomSource;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.MemberRegister;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.engine.MemoryEngine;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalConfig;
import dev.keelson.storage.wal.WalIdentity;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When the scrub reads, and how fast; the test's own thread does the rounds. */
@Tag("1.7")
class ScrubTest {
  private static final long SECOND = 1_000_000_000;
  private static final long INTERVAL = 100 * SECOND;
  private static final long RATE = 1_000_000;

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final Wal wal = openLog();
  private final LiveStore live = openStore(1);
  private final HandWorker worker = new HandWorker();
  private long nowNanos = 1;

  @AfterEach
  void close() throws IOException {
    worker.close();
    live.close();
    wal.close();
  }

  @Test
  void theFirstPassBeginsWithinATenthOfTheInterval() {
    var scrub = start(INTERVAL, 1 << 19); // the middle of all draws

    assertThat(worker.round.run()).isEqualTo(INTERVAL / 20);
    assertThat(scrub.bytes()).isZero();
  }

  @Test
  void afterEachPieceItRestsAsLongAsTheRateDemands() {
    var scrub = start(INTERVAL, 0);
    long rested = 0;
    long seen = 0;

    while (scrub.passes() == 0) {
      long rest = worker.round.run();
      if (scrub.passes() == 0) {
        assertThat(rest).isEqualTo((scrub.bytes() - seen) * (SECOND / RATE));
        assertThat(rest).as("a piece is small").isLessThan(SECOND);
        rested += rest;
      } else {
        assertThat(rest).as("until the interval is over").isEqualTo(INTERVAL - rested);
      }
      seen = scrub.bytes();
      nowNanos += rest;
    }

    assertThat(scrub.bytes()).isGreaterThan(2_000_000);
  }

  @Test
  void withoutAnIntervalItNeverStarts() {
    var scrub = start(0, 0);

    assertThat(worker.started).isFalse();
    assertThat(scrub.passes()).isZero();
  }

  @Test
  void aPassOverAStoreThatASnapshotReplacedBeginsAnew() {
    var scrub = start(INTERVAL, 0);
    assertThat(worker.round.run()).isPositive();
    var installed = store(2);
    live.replace(installed, () -> {});

    while (scrub.passes() == 0) {
      nowNanos += worker.round.run();
    }

    assertThat(live.current()).isSameAs(installed);
  }

  @Test
  void closingInTheMiddleOfAPassLetsGoOfTheStore() throws IOException {
    var scrub = start(INTERVAL, 0);
    assertThat(worker.round.run()).isPositive();

    scrub.close();

    live.close();
    // The engine's lock is free again only once nobody holds the store.
    MemoryEngine.open(disk, Path.of("/state-1")).close();
  }

  private Scrub start(long intervalNanos, int draw) {
    var scrub =
        new Scrub(
            new Scrub.Parts(live, wal::audit, () -> nowNanos, new FixedDraw(draw)),
            new Scrub.Pace(intervalNanos, RATE),
            cause -> {
              throw new AssertionError(cause);
            },
            worker);
    scrub.start();
    return scrub;
  }

  private Wal openLog() {
    try {
      var log = Wal.open(disk, Path.of("/wal"), new WalIdentity(7, 1), WalConfig.DEFAULT);
      for (int index = 1; index <= 20; index++) {
        var entry = new Entry(1, index, EntryType.COMMAND, Bytes.wrap(new byte[100_000]));
        log.append(List.of(entry), new HardState(1, 1, index - 1));
      }
      log.sync();
      return log;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private LiveStore openStore(int number) {
    var store = store(number);
    return new LiveStore(
        store,
        MemberRegister.load(store).orElseThrow(),
        _ -> new HandWorker(),
        cause -> {
          throw new AssertionError(cause);
        });
  }

  private MvccStore store(int number) {
    try {
      var path = Path.of("/state-" + number);
      disk.createDirectories(path);
      var store = MvccStore.open(MemoryEngine.open(disk, path), MvccConfig.defaults());
      var member = new Member(1, "m1", List.of("http://m1"), List.of(), false);
      MemberRegister.create(store, new MemberTable(7, List.of(member)));
      store.commitBatch(new LogPosition(1, number));
      return store;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private record FixedDraw(int draw) implements RandomSource {
    @Override
    public int nextInt(int bound) {
      return draw;
    }

    @Override
    public long nextLong() {
      return draw;
    }
  }

  private static final class HandWorker implements Worker {
    private Round round = new Idle();
    private boolean started;

    @Override
    public void start(Round given) {
      round = given;
      started = true;
    }

    @Override
    public void wake() {}

    @Override
    public boolean awaitRound() {
      return true;
    }

    @Override
    public void close() {
      round.end();
      round = new Idle();
    }
  }

  private static final class Idle implements Round {
    @Override
    public long run() {
      return WHEN_WOKEN;
    }

    @Override
    public boolean hasWork() {
      return false;
    }

    @Override
    public void failed(Throwable cause) {}
  }
}
