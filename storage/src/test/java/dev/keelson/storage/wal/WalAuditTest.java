package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.LogEntries.entries;
import static dev.keelson.storage.wal.LogEntries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.PosixDisk;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.work.WorkerThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage under an open log is found by reading it again, and work under way is no damage. */
@Tag("1.7")
@Timeout(300)
class WalAuditTest {
  private static final Path DIRECTORY = Path.of("/data/wal");
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final WalConfig SMALL =
      WalConfig.DEFAULT.withSegmentBytes(2048).withAllocationBytes(512);

  private final SimulatedDisk disk = new SimulatedDisk(1);

  @Test
  void everythingWrittenIsReadOnce() throws IOException {
    try (Wal wal = written()) {
      long used = 0;
      for (Path segment : segments()) {
        used += endOfData(disk.contents(segment)) - SegmentHeader.BYTES;
      }

      long read = readAll(wal);

      // A record may end with zeros, which do not look like part of one.
      assertThat(read).isBetween(used, used + (long) RecordHeader.BYTES * segments().size());
    }
  }

  @Test
  @Tag("wal-flip")
  void everyFlippedByteOfWhatIsProvenIsFound() throws IOException {
    try (Wal wal = written()) {
      for (Path segment : segments()) {
        // The last record of all is a word about those before it, and has none about itself.
        boolean last = segment.equals(segments().getLast());
        int end = endOfData(disk.contents(segment)) - (last ? RecordHeader.BYTES : 0);
        for (int at = 0; at < end; at++) {
          disk.flipBit(segment, at * 8L + at % 8);
          assertThatThrownBy(() -> readAll(wal))
              .as("byte %d of %s", at, segment)
              .isInstanceOf(WalException.Corrupt.class)
              .hasMessageContaining(segment.getFileName().toString());
          disk.flipBit(segment, at * 8L + at % 8);
        }
      }
      assertThat(readAll(wal)).isPositive();
    }
  }

  @Test
  void theReasonNamesFileOffsetAndTheLastIntactEntry() throws IOException {
    try (Wal wal = written()) {
      Path first = segments().getFirst();
      disk.flipBit(first, (SegmentHeader.BYTES + RecordHeader.BYTES) * 8L);

      assertThatThrownBy(() -> readAll(wal))
          .hasMessageContaining(first + " is damaged at offset " + SegmentHeader.BYTES)
          .hasMessageContaining("intact up to entry 0")
          .hasMessageContaining("add it again with an empty data directory");
    }
  }

  @Test
  void aSegmentThatIsGoneFromTheMiddleIsFound() throws IOException {
    try (Wal wal = written()) {
      disk.delete(segments().get(1));

      assertThatThrownBy(() -> readAll(wal)).isInstanceOf(WalException.SegmentMissing.class);
    }
  }

  @Test
  void segmentsThatAreReleasedMeanwhileAreNotMissed() throws IOException {
    try (Wal wal = written()) {
      try (WalAudit audit = wal.audit()) {
        assertThat(audit.step()).isPositive();
        int before = segments().size();
        wal.release(30);
        assertThat(segments()).hasSizeLessThan(before);

        while (audit.step() > 0) {
          assertThat(segments()).isNotEmpty();
        }
      }
    }
  }

  /** The writer fills the segment and goes on to the next between two looks at it. */
  @Test
  void aFileThatGrowsMeanwhileIsReadAsItIsThen() throws IOException {
    try (Wal wal = Wal.open(disk, DIRECTORY, IDENTITY, SMALL)) {
      wal.append(entries(1, 1, 1, 100), new HardState(1, 1, 0));
      wal.sync();
      Path path = segments().getFirst();
      var name = SegmentName.parse(path.getFileName().toString()).orElseThrow();
      var window = new SegmentWindow(disk.open(path, Disk.Mode.READ));
      var grown = new AtomicBoolean();
      try (var audit =
          new SegmentAudit(
              path, name, IDENTITY, window, () -> grown.getAndSet(true) || isFilled(wal))) {
        long read = 0;
        for (long bytes = audit.step(); bytes > 0; bytes = audit.step()) {
          read += bytes;
        }
        assertThat(read).isGreaterThan(1_000);
      }
    }
  }

  private boolean isFilled(Wal wal) {
    try {
      for (int i = 0; i < 10; i++) {
        wal.append(entries(1, 2 + i, 2 + i, 200), new HardState(1, 1, i));
        wal.sync();
      }
      return segments().size() > 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is not known to be durable may be anything, after a crash of the machine before too. */
  @Test
  void anUnsyncedWriteIsNoDamage() throws IOException {
    try (Wal wal = written()) {
      wal.append(entries(1, 40, 45, 20), new HardState(1, 1, 38));
      Path last = segments().getLast();
      disk.flipBit(last, (endOfData(disk.contents(last)) - 60) * 8L);

      assertThat(readAll(wal)).isPositive();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aLogThatIsWrittenMeanwhileIsNeverTakenForDamaged(long seed, @TempDir Path directory)
      throws Exception {
    var random = new Random(seed);
    var listener = new RecordingListener();
    var config =
        WalConfig.DEFAULT
            .withSegmentBytes(1 << 16)
            .withAllocationBytes(1 << 14)
            .withTailBytes(4000);
    try (var writer =
        new WalWriter(
            Wal.open(new PosixDisk(), directory, IDENTITY, config),
            listener,
            WalStatistics.NONE,
            System::nanoTime,
            new WorkerThreads())) {
      var writing = new AtomicBoolean(true);
      var audits = CompletableFuture.supplyAsync(() -> readWhile(writing, writer.log()));
      long index = 0;
      for (long sequence = 1; sequence <= 3000; sequence++) {
        var added = new ArrayList<Entry>();
        for (int i = random.nextInt(6); i >= 0; i--) {
          added.add(entry(1, ++index, random.nextInt(400)));
        }
        var state = new HardState(1, 0, index - added.size());
        assertThat(writer.submit(sequence, added, state, random.nextInt(4) == 0)).isTrue();
        if (sequence % 500 == 0 && index > 400) {
          assertThat(writer.submit(++sequence, List.of(), new HardState(1, 0, index), true))
              .isTrue();
          assertThat(writer.release(index - 300)).isTrue();
        }
      }
      writing.set(false);
      assertThat(audits.get(120, TimeUnit.SECONDS)).isPositive();
    }
    assertThat(listener.failures).isEmpty();
  }

  private static int readWhile(AtomicBoolean writing, Wal wal) {
    int passes = 0;
    try {
      do {
        readAll(wal);
        passes++;
      } while (writing.get());
      return passes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long readAll(Wal wal) throws IOException {
    long sum = 0;
    try (WalAudit audit = wal.audit()) {
      for (long bytes = audit.step(); bytes > 0; bytes = audit.step()) {
        sum += bytes;
      }
    }
    return sum;
  }

  private Wal written() throws IOException {
    Wal wal = Wal.open(disk, DIRECTORY, IDENTITY, SMALL);
    for (int i = 0; i < 13; i++) {
      wal.append(entries(1, 1 + 3 * i, 3 + 3 * i, 60), new HardState(1, 1, 3L * i));
      wal.sync();
    }
    assertThat(segments()).hasSizeGreaterThan(2);
    return wal;
  }

  private List<Path> segments() throws IOException {
    return disk.list(DIRECTORY).stream()
        .filter(name -> name.endsWith(SegmentName.SUFFIX))
        .map(DIRECTORY::resolve)
        .toList();
  }

  private static int endOfData(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }
}
