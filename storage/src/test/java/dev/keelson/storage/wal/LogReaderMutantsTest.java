package dev.keelson.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.HardState;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.wal.MistakenReader.Mistake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damage to a synced log, at every bit and by what its files held before: a reader gives back all
 * that was synced, or refuses. Readers with a planted mistake do neither (reliability.md 2.7).
 */
@Tag("mutants")
class LogReaderMutantsTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final WalConfig SMALL =
      WalConfig.DEFAULT.withSegmentBytes(2048).withAllocationBytes(512);

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final LogState synced;
  private final List<Path> segments;

  /** Where the records of the newest segment end. */
  private final int end;

  /** A log of equal appends, so that records of one segment stand where those of others do. */
  LogReaderMutantsTest() throws IOException {
    LogState state = LogState.EMPTY;
    Wal wal = open(disk);
    for (int i = 0; i < 13; i++) {
      var added = LogEntries.entries(1, 1 + 3 * i, 3 + 3 * i, 60);
      var hardState = new HardState(1, 1, i);
      wal.append(added, hardState);
      wal.sync();
      state = state.append(added, hardState);
    }
    synced = state;
    end = (int) wal.writer().end();
    segments = disk.list(DIRECTORY).stream().sorted().map(DIRECTORY::resolve).toList();
  }

  private static Wal open(SimulatedDisk on) throws IOException {
    return Wal.open(on, DIRECTORY, IDENTITY, SMALL);
  }

  /** Reads a log, or refuses it. */
  @FunctionalInterface
  private interface Reader {
    LogState read(SimulatedDisk disk) throws IOException;
  }

  private static Reader with(Mistake mistake) {
    return disk -> MistakenReader.read(disk, DIRECTORY, IDENTITY, mistake);
  }

  @Test
  void theLogHasSegmentsBeforeTheOneThatIsWritten() {
    assertThat(segments).hasSizeGreaterThan(2);
  }

  /** Or the mutants would be those of nothing. */
  @Test
  void theReaderWithoutAMistakeJudgesEveryDamageAsProductionDoes() throws IOException {
    Reader production =
        damaged -> {
          try (Wal wal = open(damaged)) {
            return LogState.of(wal);
          }
        };
    for (Path segment : segments) {
      byte[] intact = disk.contents(segment);
      for (int at = 0; at < intact.length; at++) {
        byte[] flipped = flipped(intact, 8 * at + at % 8);
        assertThat(result(with(Mistake.NONE), copyWith(segment, flipped)))
            .as("byte %d of %s", at, segment)
            .isEqualTo(result(production, copyWith(segment, flipped)));
      }
    }
  }

  @Test
  @Tag("wal-flip")
  @Tag("wal-stale-segment")
  void theReaderWithoutAMistakeLosesNothing() throws IOException {
    assertThat(firstWrong(with(Mistake.NONE))).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void isKilled(Mistake mistake) throws IOException {
    assertThat(firstWrong(with(mistake))).as("%s", mistake).isPresent();
  }

  /** The first damage that is neither refused nor harmless. */
  private Optional<String> firstWrong(Reader reader) throws IOException {
    for (Path segment : segments) {
      byte[] intact = disk.contents(segment);
      for (int bit = 0; bit < intact.length * 8; bit++) {
        if (isWrong(reader, copyWith(segment, flipped(intact, bit)))) {
          return Optional.of("bit " + bit + " of " + segment);
        }
      }
    }
    Path newest = segments.getLast();
    for (Path older : segments.subList(0, segments.size() - 1)) {
      byte[] recycled = disk.contents(newest).clone();
      byte[] before = disk.contents(older);
      System.arraycopy(before, end, recycled, end, Math.min(recycled.length, before.length) - end);
      if (isWrong(reader, copyWith(newest, recycled))) {
        return Optional.of(newest + " written over " + older);
      }
    }
    return Optional.empty();
  }

  private boolean isWrong(Reader reader, SimulatedDisk damaged) throws IOException {
    var result = result(reader, damaged);
    return result.isPresent() && !result.get().equals(synced);
  }

  /** Empty if it refuses. */
  private static Optional<LogState> result(Reader reader, SimulatedDisk damaged)
      throws IOException {
    try {
      return Optional.of(reader.read(damaged));
    } catch (WalException e) {
      return Optional.empty();
    }
  }

  private static byte[] flipped(byte[] intact, int bit) {
    byte[] flipped = Arrays.copyOf(intact, intact.length);
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    return flipped;
  }

  /** The same log on another disk, one file with other bytes. */
  private SimulatedDisk copyWith(Path changed, byte[] bytes) throws IOException {
    var copy = new SimulatedDisk(1);
    copy.createDirectories(DIRECTORY);
    copy.syncDirectory(Path.of("/"));
    for (Path segment : segments) {
      copy.plant(segment, segment.equals(changed) ? bytes : disk.contents(segment));
    }
    return copy;
  }
}
