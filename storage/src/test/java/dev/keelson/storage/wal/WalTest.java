package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.LogEntries.entries;
import static dev.keelson.storage.wal.LogEntries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.PosixDisk;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalTest {
  private static final Path DIRECTORY = Path.of("/data/wal");
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final WalConfig SMALL =
      WalConfig.DEFAULT.withSegmentBytes(4096).withAllocationBytes(1024).withTailBytes(2000);

  private final SimulatedDisk disk = new SimulatedDisk(1);

  @Test
  void newLogIsEmpty() throws IOException {
    try (Wal wal = open()) {
      assertThat(wal.firstIndex()).isEqualTo(1);
      assertThat(wal.lastIndex()).isZero();
      assertThat(wal.termAt(0)).isZero();
      assertThat(wal.base()).isEqualTo(LogPosition.ZERO);
      assertThat(wal.hardState()).isEqualTo(HardState.INITIAL);
    }
  }

  @Test
  void syncedAppendsSurviveALossOfPower() throws IOException {
    Wal wal = open();
    wal.append(entries(1, 1, 3, 10), new HardState(1, 2, 1));
    wal.sync();
    wal.append(entries(1, 4, 4, 10), new HardState(1, 2, 3));

    disk.powerLoss(Survival.NOTHING);

    Wal reopened = open();
    assertThat(all(reopened)).isEqualTo(entries(1, 1, 3, 10));
    assertThat(reopened.hardState()).isEqualTo(new HardState(1, 2, 1));
  }

  @Test
  void everyEntryTypeAndSizeComesBackAsItWas() throws IOException {
    List<Entry> written =
        List.of(
            new Entry(3, 1, EntryType.NO_OP, Bytes.EMPTY),
            new Entry(3, 2, EntryType.CONFIGURATION, Bytes.wrap(new byte[] {0, 0, 0})),
            entry(3, 3, 8),
            entry(4, 4, 3_000_000),
            entry(5, 5, "last"));
    Wal wal = open();
    wal.append(written, new HardState(5, 0, 0));
    wal.sync();
    assertThat(all(wal)).isEqualTo(written);

    disk.powerLoss(Survival.NOTHING);

    assertThat(all(open())).isEqualTo(written);
  }

  @Test
  void appendReplacesEntriesFromItsFirstIndexOn() throws IOException {
    Wal wal = open();
    wal.append(entries(1, 1, 10, 10), new HardState(1, 0, 3));
    wal.append(entries(2, 4, 5, 10), new HardState(2, 0, 3));
    wal.sync();
    assertThat(wal.lastIndex()).isEqualTo(5);
    assertThat(wal.termAt(3)).isEqualTo(1);
    assertThat(wal.termAt(4)).isEqualTo(2);

    disk.powerLoss(Survival.NOTHING);

    Wal reopened = open();
    assertThat(reopened.read(3, 6, Long.MAX_VALUE))
        .containsExactly(entry(1, 3, 10), entry(2, 4, 10), entry(2, 5, 10));
  }

  @Test
  void segmentsRollAndEvictedEntriesAreReadFromDisk() throws IOException {
    Wal wal = open();
    for (long index = 1; index <= 200; index++) {
      wal.append(List.of(entry(index / 50 + 1, index, 100)), new HardState(index / 50 + 1, 0, 0));
    }
    wal.sync();

    assertThat(disk.list(DIRECTORY)).hasSizeGreaterThan(5);
    assertThat(wal.view().tailBytes()).isLessThanOrEqualTo(2000);
    assertThat(wal.read(1, 201, Long.MAX_VALUE)).hasSize(200);
    assertThat(wal.read(7, 8, 1)).containsExactly(entry(1, 7, 100));
    assertThat(wal.read(150, 201, 1000)).hasSize(10).startsWith(entry(4, 150, 100));
    disk.powerLoss(Survival.NOTHING);
    Wal reopened = open();
    assertThat(reopened.read(1, 201, Long.MAX_VALUE)).hasSize(200);
    assertThat(reopened.termAt(49)).isEqualTo(1);
    assertThat(reopened.termAt(50)).isEqualTo(2);
  }

  @Test
  void replacedEntriesOnDiskAreNeverRead() throws IOException {
    Wal wal = open();
    wal.append(entries(1, 1, 30, 100), new HardState(1, 0, 0));
    wal.append(entries(2, 10, 20, 100), new HardState(2, 0, 0));
    wal.append(entries(3, 15, 60, 100), new HardState(3, 0, 0));
    wal.sync();

    for (Wal log : List.of(wal, open())) {
      for (long index = 1; index <= 60; index++) {
        long term = index < 10 ? 1 : index < 15 ? 2 : 3;
        assertThat(log.termAt(index)).isEqualTo(term);
        assertThat(log.read(index, index + 1, 1)).containsExactly(entry(term, index, 100));
      }
    }
  }

  @Test
  void readThatFailedOrWasInterruptedCanBeRepeated(@TempDir Path directory) throws IOException {
    Wal wal = Wal.open(new PosixDisk(), directory, IDENTITY, SMALL.withTailBytes(0));
    wal.append(entries(1, 1, 5, 100), new HardState(1, 0, 0));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> wal.read(1, 6, 1000)).isInstanceOf(UncheckedIOException.class);
    assertThat(Thread.interrupted()).isTrue();

    assertThat(wal.read(1, 6, 1000)).isEqualTo(entries(1, 1, 5, 100));
    wal.append(entries(1, 6, 6, 100), new HardState(1, 0, 0));
    wal.close();
  }

  @Test
  void damagedEntryIsNeverHandedOut() throws IOException {
    Wal wal = Wal.open(disk, DIRECTORY, IDENTITY, SMALL.withTailBytes(0));
    wal.append(entries(1, 1, 5, 100), new HardState(1, 0, 0));
    disk.flipBit(DIRECTORY.resolve(disk.list(DIRECTORY).getFirst()), 8 * 400);

    assertThatThrownBy(() -> wal.read(1, 6, 1000))
        .hasCauseInstanceOf(WalException.Corrupt.class)
        .hasMessageContaining("was here");
  }

  @Test
  void releaseMovesTheBaseAndDeletesWholeSegments() throws IOException {
    Wal wal = open();
    for (long index = 1; index <= 200; index++) {
      wal.append(List.of(entry(1, index, 100)), new HardState(1, 0, index));
    }
    wal.sync();
    int before = disk.list(DIRECTORY).size();

    wal.release(100);

    assertThat(wal.base()).isEqualTo(new LogPosition(1, 100));
    assertThat(disk.list(DIRECTORY).size()).isLessThan(before);
    assertThatThrownBy(() -> wal.read(100, 102, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(wal.read(101, 201, Long.MAX_VALUE)).hasSize(100);
    disk.powerLoss(Survival.NOTHING);
    Wal reopened = open();
    assertThat(reopened.base().index()).isBetween(60L, 100L);
    assertThat(reopened.read(101, 201, Long.MAX_VALUE)).hasSize(100);
    assertThat(reopened.hardState().commit()).isEqualTo(200);
  }

  @Test
  void resetBeginsAnEmptyLogAfterTheSnapshot() throws IOException {
    Wal wal = open();
    wal.append(entries(1, 1, 60, 100), new HardState(1, 0, 0));
    wal.sync();

    wal.reset(new LogPosition(7, 1000), new HardState(8, 3, 1000));

    assertThat(wal.firstIndex()).isEqualTo(1001);
    assertThat(wal.lastIndex()).isEqualTo(1000);
    wal.append(entries(8, 1001, 1002, 10), new HardState(8, 3, 1000));
    wal.sync();
    disk.powerLoss(Survival.NOTHING);
    Wal reopened = open();
    assertThat(reopened.base()).isEqualTo(new LogPosition(7, 1000));
    assertThat(reopened.hardState()).isEqualTo(new HardState(8, 3, 1000));
    assertThat(all(reopened)).isEqualTo(entries(8, 1001, 1002, 10));
  }

  @Tag("restart-idem")
  @Test
  void cleanStopsAndStartsChangeNothing() throws IOException {
    Wal wal = open();
    wal.append(entries(1, 1, 5, 10), new HardState(1, 1, 5));
    wal.close();
    open().close();
    byte[] before = segment();

    for (int i = 0; i < 20; i++) {
      open().close();
      assertThat(segment()).isEqualTo(before);
    }
  }

  @Test
  void logIsNeverWrittenAgainAfterAFailedSync() throws IOException {
    Wal wal = open();
    wal.append(entries(1, 1, 5, 10), new HardState(1, 1, 0));
    disk.inject(FaultPlan.nth(Operation.SYNC, 0, Verdict.FAIL));
    assertThatThrownBy(wal::sync).isInstanceOf(IOException.class);
    long operations = disk.operations();

    assertThatThrownBy(wal::sync).hasMessageContaining("is not written to any more");
    assertThatThrownBy(() -> wal.append(List.of(), new HardState(2, 0, 0)))
        .hasMessageContaining("is not written to any more");
    assertThatThrownBy(() -> wal.release(1)).hasMessageContaining("is not written to any more");
    wal.close();

    assertThat(disk.operations()).isEqualTo(operations);
  }

  @Test
  void releasedEntriesAreCommittedEvenIfTheLogWasNeverTold() throws IOException {
    Wal wal = open();
    for (long index = 1; index <= 100; index++) {
      wal.append(List.of(entry(1, index, 100)), new HardState(1, 0, 0));
    }
    wal.release(90);

    disk.powerLoss(Survival.NOTHING);

    Wal reopened = open();
    assertThat(reopened.base().index()).isBetween(50L, 90L);
    assertThat(reopened.hardState().commit()).isEqualTo(reopened.base().index());
  }

  @Test
  void releaseMakesDurableWhatReplacesTheReleased() throws IOException {
    Wal wal = open();
    for (long index = 1; index <= 34; index++) {
      wal.append(List.of(entry(1, index, 100)), new HardState(1, 0, 0));
    }
    wal.sync();
    List<Entry> replacing = entries(2, 20, 34, 10);
    wal.append(replacing, new HardState(2, 0, 0));
    assertThat(disk.list(DIRECTORY)).hasSize(2);

    wal.release(34);

    disk.powerLoss(Survival.NOTHING);
    Wal reopened = open();
    assertThat(reopened.lastIndex()).isEqualTo(34);
    assertThat(reopened.termAt(34)).isEqualTo(2);
  }

  @Test
  void wrongAppendsAreOurOwnMistake() throws IOException {
    Wal wal = open();
    wal.append(entries(2, 1, 5, 10), new HardState(2, 1, 3));

    assertFails(() -> wal.append(entries(2, 7, 7, 1), new HardState(2, 1, 3)), "append at 7");
  }

  @Tag("I9")
  @Test
  void committedEntriesAreNeverReplaced() throws IOException {
    Wal wal = open();
    wal.append(entries(2, 1, 5, 10), new HardState(2, 1, 3));

    assertFails(() -> wal.append(entries(3, 3, 3, 1), new HardState(3, 0, 3)), "committed 3");
  }

  @Tag("I2")
  @Test
  void secondVoteInATermIsRefused() throws IOException {
    Wal wal = open();
    wal.append(List.of(), new HardState(2, 1, 0));

    assertFails(() -> wal.append(List.of(), new HardState(2, 3, 0)), "vote for 3 after one for 1");
  }

  @Tag("I8")
  @Test
  void termNeverGoesBack() throws IOException {
    Wal wal = open();
    wal.append(List.of(), new HardState(2, 1, 0));

    assertFails(() -> wal.append(List.of(), new HardState(1, 0, 0)), "term 1 after 2");
  }

  private static void assertFails(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InvariantViolation.class).hasMessageContaining(message);
  }

  private byte[] segment() throws IOException {
    assertThat(disk.list(DIRECTORY)).hasSize(1);
    return disk.contents(DIRECTORY.resolve(disk.list(DIRECTORY).getFirst()));
  }

  private Wal open() throws IOException {
    return Wal.open(disk, DIRECTORY, IDENTITY, SMALL);
  }

  private static List<Entry> all(Wal wal) {
    return wal.read(wal.firstIndex(), wal.lastIndex() + 1, Long.MAX_VALUE);
  }
}
