package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.LogEntries.entries;
import static dev.keelson.storage.wal.LogEntries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Torn tails are cut, damage is refused, and the two are told apart (reliability.md, anchor 3). */
class WalDamageTest {
  private static final Path DIRECTORY = Path.of("/wal");
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);
  private static final WalConfig SMALL =
      WalConfig.DEFAULT.withSegmentBytes(2048).withAllocationBytes(512);

  private final SimulatedDisk disk = new SimulatedDisk(1);

  /** Each append of the log in turn, as the state after it. */
  private final List<LogState> states = new ArrayList<>(List.of(LogState.EMPTY));

  private final List<Long> ends = new ArrayList<>();

  @Tag("wal-every-byte")
  @Test
  void lastWriteCutAtAnyByteLeavesTheSyncedLogAndCompleteAppends() throws IOException {
    Wal wal = openLarge();
    append(wal, entries(1, 1, 3, 50), new HardState(1, 2, 0));
    wal.sync();
    int synced = states.size() - 1;
    long syncedEnd = wal.writer().end();
    for (int i = 0; i < 6; i++) {
      append(wal, entries(2, 4 + 2 * i, 5 + 2 * i, 37 * i), new HardState(2, 1, i));
    }
    append(wal, entries(3, 6, 7, 20), new HardState(3, 3, 5));
    byte[] written = disk.contents(onlySegment());

    for (int cut = (int) syncedEnd; cut <= ends.getLast(); cut++) {
      LogState expected = states.get(synced + appendsBefore(cut, syncedEnd));
      byte[] zeroed = written.clone();
      Arrays.fill(zeroed, cut, zeroed.length, (byte) 0);
      assertRecovers(zeroed, expected, "zeros from " + cut);
      assertRecovers(Arrays.copyOf(written, cut), expected, "file ends at " + cut);
    }
  }

  @Tag("wal-flip")
  @Test
  void everyFlippedBitIsRefusedOrHarmsNothing() throws IOException {
    Wal wal = open();
    for (int i = 0; i < 13; i++) {
      append(wal, entries(1, 1 + 3 * i, 3 + 3 * i, 60), new HardState(1, 1, i));
      wal.sync();
    }
    LogState synced = states.getLast();
    List<Path> segments = segments();
    assertThat(segments).hasSizeGreaterThan(2);
    int refused = 0;
    for (Path segment : segments) {
      byte[] intact = disk.contents(segment);
      for (int bit = 0; bit < intact.length * 8; bit++) {
        byte[] flipped = intact.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        SimulatedDisk copy = copyWith(segment, flipped);
        LogState recovered;
        try (Wal opened = Wal.open(copy, DIRECTORY, IDENTITY, SMALL)) {
          recovered = LogState.of(opened);
        } catch (WalException e) {
          refused++;
          assertThat(copy.contents(segment)).isEqualTo(flipped);
          continue;
        }
        assertThat(recovered).as("bit %d of %s", bit, segment).isEqualTo(synced);
      }
    }
    assertThat(refused).isGreaterThan(2 * 1800 * 8);
  }

  @Tag("wal-flip")
  @Test
  void flippedBitInAnUnsyncedWriteCutsThereAndNowhereElse() throws IOException {
    Wal wal = openLarge();
    append(wal, entries(1, 1, 3, 50), new HardState(1, 2, 0));
    wal.sync();
    int synced = states.size() - 1;
    long syncedEnd = wal.writer().end();
    for (int i = 0; i < 3; i++) {
      append(wal, entries(2, 4 + i, 4 + i, 30), new HardState(2, 1, 0));
    }
    byte[] written = disk.contents(onlySegment());

    for (int bit = (int) syncedEnd * 8; bit < ends.getLast() * 8; bit++) {
      byte[] flipped = written.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      LogState expected = states.get(synced + appendsBefore(bit / 8, syncedEnd));
      assertRecovers(flipped, expected, "bit " + bit);
    }
  }

  @Tag("wal-reorder")
  @Test
  void anySectorsOfTheLastWriteMayBeMissing() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      var torn = new SimulatedDisk(seed);
      Wal wal = Wal.open(torn, DIRECTORY, IDENTITY, WalConfig.DEFAULT);
      wal.append(entries(1, 1, 20, 100), new HardState(1, 2, 0));
      wal.sync();
      LogState state = LogState.of(wal);
      var possible = new ArrayList<>(List.of(state));
      for (int i = 1; i <= 5; i++) {
        List<Entry> added = entries(1, 20 + i, 20 + i, 400);
        wal.append(added, new HardState(1, 2, 20));
        state = state.append(added, new HardState(1, 2, 20));
        possible.add(state);
      }

      torn.powerLoss(Survival.TORN);

      LogState recovered = LogState.of(Wal.open(torn, DIRECTORY, IDENTITY, WalConfig.DEFAULT));
      assertThat(possible).as("seed %d", seed).contains(recovered);
    }
  }

  @Test
  void tornFileIsKeptAside() throws IOException {
    Wal wal = openLarge();
    append(wal, entries(1, 1, 3, 50), new HardState(1, 2, 0));
    byte[] torn = disk.contents(onlySegment());
    torn[200] ^= 1;
    disk.killProcess();
    disk.plant(onlySegment(), torn);

    openLarge();

    assertThat(disk.list(DIRECTORY)).hasSize(2).anyMatch(name -> name.endsWith(".wal.torn"));
  }

  @Test
  void damageNamesFileOffsetAndWaysOut() throws IOException {
    Wal wal = openLarge();
    append(wal, entries(1, 1, 3, 50), new HardState(1, 2, 0));
    long offset = wal.writer().end();
    append(wal, entries(1, 4, 4, 50), new HardState(1, 2, 0));
    wal.sync();
    disk.flipBit(onlySegment(), (offset + 45) * 8);
    disk.killProcess();

    WalException refused = catchThrowableOfType(WalException.class, this::openLarge);

    assertThat(refused).isInstanceOf(WalException.Corrupt.class);
    assertThat(refused.file()).isEqualTo(onlySegment());
    assertThat(refused.offset()).isEqualTo(offset);
    assertThat(refused)
        .hasMessageContaining("damaged at offset " + offset)
        .hasMessageContaining("intact up to entry 3")
        .hasMessageContaining("remove the member from the cluster and add it again");
  }

  @Tag("wal-huge-length")
  @Test
  void hugeLengthIsDamageOrTornButNeverFollowed() throws IOException {
    Wal wal = openLarge();
    append(wal, entries(1, 1, 3, 50), new HardState(1, 2, 0));
    wal.sync();
    byte[] bytes = disk.contents(onlySegment());
    for (int length : new int[] {Integer.MAX_VALUE, -1, 1 << 28, bytes.length}) {
      byte[] changed = bytes.clone();
      ByteBuffer.wrap(changed).putInt(SegmentHeader.BYTES + 4, length);
      SimulatedDisk copy = copyWith(onlySegment(), changed);
      assertThatThrownBy(() -> Wal.open(copy, DIRECTORY, IDENTITY, WalConfig.DEFAULT))
          .isInstanceOf(WalException.Corrupt.class);
    }
  }

  @Test
  void payloadThatLooksLikeZerosOrLikeALogIsJustAPayload() throws IOException {
    Wal wal = openLarge();
    append(wal, entries(1, 1, 3, 50), new HardState(1, 2, 0));
    wal.sync();
    byte[] log = Arrays.copyOf(disk.contents(onlySegment()), 700);
    var tricky =
        List.of(
            new Entry(1, 4, EntryType.COMMAND, Bytes.wrap(new byte[4096])),
            new Entry(1, 5, EntryType.COMMAND, Bytes.wrap(log)));
    append(wal, tricky, new HardState(1, 2, 0));
    byte[] unsynced = disk.contents(onlySegment());
    int lastByte = (int) (ends.getLast() - 1);
    unsynced[lastByte - 100] ^= 1;

    assertRecovers(unsynced, states.get(1), "torn behind a payload full of records");
    wal.sync();
    disk.powerLoss(Survival.NOTHING);
    assertThat(LogState.of(openLarge())).isEqualTo(states.getLast());
  }

  @Test
  void missingSegmentsAreRefused() throws IOException {
    fillSegments();
    List<Path> segments = segments();
    assertThat(segments).hasSizeGreaterThan(3);
    for (Path missing : segments.subList(1, segments.size())) {
      SimulatedDisk copy = copy();
      copy.delete(missing);
      assertThatThrownBy(() -> Wal.open(copy, DIRECTORY, IDENTITY, SMALL))
          .as("%s", missing)
          .isInstanceOf(WalException.SegmentMissing.class)
          .hasMessageContaining("is missing from /wal");
    }
    // Released segments are gone as well: the base tells, and the state machine must compare.
    disk.delete(segments.getFirst());
    assertThat(open().base().index()).isPositive();
  }

  @Test
  void doubledRenamedAndSwappedSegmentsAreRefused() throws IOException {
    fillSegments();
    List<Path> segments = segments();
    Path second = segments.get(1);
    Path third = segments.get(2);
    SimulatedDisk doubled = copy();
    doubled.plant(DIRECTORY.resolve(new SegmentName(2, 999).fileName()), disk.contents(second));
    SimulatedDisk swapped = copyWith(second, disk.contents(third));
    swapped.plant(third, disk.contents(second));
    SimulatedDisk renamed = copy();
    renamed.rename(second, DIRECTORY.resolve("copy.wal"));

    for (SimulatedDisk changed : List.of(doubled, swapped, renamed)) {
      assertThatThrownBy(() -> Wal.open(changed, DIRECTORY, IDENTITY, SMALL))
          .isInstanceOf(WalException.SegmentMisplaced.class);
    }
  }

  @Tag("wal-stale-segment")
  @Test
  void segmentOfAnEarlierLifeOfThisMemberIsRefused() throws IOException {
    fillSegments();
    Path second = segments().get(1);
    var other = new SimulatedDisk(2);
    Wal wal = Wal.open(other, DIRECTORY, IDENTITY, SMALL);
    for (int i = 0; i < 40; i++) {
      wal.append(List.of(entry(7, i + 1, 101)), new HardState(7, 1, 0));
    }
    wal.sync();
    Path stale =
        DIRECTORY.resolve(
            other.list(DIRECTORY).stream()
                .filter(name -> name.startsWith("0000000000000002"))
                .findFirst()
                .orElseThrow());
    SimulatedDisk mixed = copy();
    mixed.delete(second);
    mixed.plant(stale, other.contents(stale));

    assertThatThrownBy(() -> Wal.open(mixed, DIRECTORY, IDENTITY, SMALL))
        .isInstanceOf(WalException.Corrupt.class)
        .hasMessageContaining("does not continue");
  }

  @Test
  void recordOfAnotherRunAtTheSamePlaceIsRefused() throws IOException {
    Wal wal = openLarge();
    append(wal, List.of(entry(1, 1, "one")), new HardState(1, 1, 0));
    int end = (int) wal.writer().end();
    append(wal, List.of(entry(1, 2, "two")), new HardState(1, 1, 0));
    wal.sync();
    var other = new SimulatedDisk(2);
    Wal another = Wal.open(other, DIRECTORY, IDENTITY, SMALL.withSegmentBytes(1 << 16));
    another.append(List.of(entry(1, 1, "ONE")), new HardState(1, 1, 0));
    another.append(List.of(entry(1, 2, "two")), new HardState(1, 1, 0));
    another.sync();
    byte[] spliced = disk.contents(onlySegment());
    byte[] foreign = other.contents(onlySegment());
    System.arraycopy(foreign, end, spliced, end, spliced.length - end);
    SimulatedDisk copy = copyWith(onlySegment(), spliced);

    assertThatThrownBy(() -> Wal.open(copy, DIRECTORY, IDENTITY, SMALL))
        .isInstanceOf(WalException.Corrupt.class)
        .hasMessageContaining("intact up to entry 1");
  }

  @Test
  void logOfAnotherClusterOrMemberIsRefusedAndNotChanged() throws IOException {
    fillSegments();
    byte[] before = disk.contents(segments().getLast());
    disk.killProcess();
    for (WalIdentity stranger : List.of(new WalIdentity(0xc2, 0x1), new WalIdentity(0xc1, 0x2))) {
      assertThatThrownBy(() -> Wal.open(disk, DIRECTORY, stranger, SMALL))
          .isInstanceOf(WalException.Foreign.class)
          .hasMessageContaining("belongs to cluster 00000000000000c1 member 0000000000000001");
    }
    assertThat(disk.contents(segments().getLast())).isEqualTo(before);
  }

  @Test
  void walOfAnotherVersionIsRefused() throws IOException {
    fillSegments();
    Path segment = segments().getLast();
    byte[] bytes = disk.contents(segment);
    ByteBuffer.wrap(bytes).putInt(8, 2);
    disk.plant(segment, bytes);

    assertThatThrownBy(this::open)
        .isInstanceOf(WalException.UnknownVersion.class)
        .hasMessageContaining("a WAL of another version: format 2");
  }

  @Test
  void fileThatIsNoLogIsRefused() throws IOException {
    disk.createDirectories(DIRECTORY);
    disk.plant(DIRECTORY.resolve(new SegmentName(1, 1).fileName()), new byte[4096]);

    assertThatThrownBy(this::open)
        .isInstanceOf(WalException.Corrupt.class)
        .hasMessageContaining("this is no segment of a log");
  }

  @Tag("wal-golden")
  @Test
  void goldenBytesOfTheFirstFormatAreStillRead() throws IOException {
    disk.createDirectories(DIRECTORY);
    disk.plant(DIRECTORY.resolve(new SegmentName(1, 1).fileName()), golden());

    Wal wal = open();

    assertThat(wal.hardState()).isEqualTo(new HardState(2, 1, 2));
    assertThat(wal.read(1, 4, Long.MAX_VALUE))
        .containsExactly(entry(1, 1, "one"), entry(2, 2, "two'"), entry(2, 3, ""));
  }

  /** The log that the golden bytes hold; they change only with the format's version. */
  private static void writeGolden(Wal wal) throws IOException {
    wal.append(List.of(entry(1, 1, "one"), entry(1, 2, "two")), new HardState(1, 3, 0));
    wal.sync();
    wal.append(List.of(entry(2, 2, "two'"), entry(2, 3, "")), new HardState(2, 1, 2));
    wal.sync();
  }

  @Test
  void newLogsAreWrittenInTheGoldenFormat() throws IOException {
    writeGolden(openLarge());

    assertThat(disk.contents(onlySegment())).startsWith(golden());
  }

  private static byte[] golden() throws IOException {
    try (var stream = WalDamageTest.class.getResourceAsStream("golden-v1.wal")) {
      return Objects.requireNonNull(stream).readAllBytes();
    }
  }

  private void fillSegments() throws IOException {
    Wal wal = open();
    for (int i = 0; i < 40; i++) {
      append(wal, List.of(entry(1, i + 1, 100)), new HardState(1, 1, 0));
    }
    wal.sync();
  }

  private void append(Wal wal, List<Entry> added, HardState hardState) throws IOException {
    wal.append(added, hardState);
    states.add(states.getLast().append(added, hardState));
    ends.add(wal.writer().end());
  }

  /** How many appends behind the synced end are complete before this offset. */
  private int appendsBefore(long offset, long syncedEnd) {
    return (int) ends.stream().filter(end -> end > syncedEnd && end <= offset).count();
  }

  private void assertRecovers(byte[] segment, LogState expected, String what) throws IOException {
    SimulatedDisk copy = copyWith(onlySegment(), segment);
    Wal recovered = Wal.open(copy, DIRECTORY, IDENTITY, SMALL);
    assertThat(LogState.of(recovered)).as(what).isEqualTo(expected);
    copy.powerLoss(Survival.NOTHING);
    assertThat(LogState.of(Wal.open(copy, DIRECTORY, IDENTITY, SMALL)))
        .as("%s, again", what)
        .isEqualTo(expected);
  }

  private SimulatedDisk copy() throws IOException {
    return copyWith(segments().getFirst(), disk.contents(segments().getFirst()));
  }

  /** The same log on another disk, one file with other bytes. */
  private SimulatedDisk copyWith(Path changed, byte[] bytes) throws IOException {
    var copy = new SimulatedDisk(1);
    copy.createDirectories(DIRECTORY);
    copy.syncDirectory(Path.of("/"));
    for (Path segment : segments()) {
      copy.plant(segment, segment.equals(changed) ? bytes : disk.contents(segment));
    }
    return copy;
  }

  private List<Path> segments() throws IOException {
    return disk.list(DIRECTORY).stream()
        .filter(name -> name.endsWith(".wal"))
        .map(DIRECTORY::resolve)
        .toList();
  }

  private Path onlySegment() throws IOException {
    assertThat(segments()).hasSize(1);
    return segments().getFirst();
  }

  private Wal open() throws IOException {
    return Wal.open(disk, DIRECTORY, IDENTITY, SMALL);
  }

  /** With segments so large that nothing rolls. */
  private Wal openLarge() throws IOException {
    return Wal.open(disk, DIRECTORY, IDENTITY, SMALL.withSegmentBytes(1 << 16));
  }
}
