package dev.keelson.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.disk.Disk.Mode;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final Path FILE = DIRECTORY.resolve("file");
  private static final Path OTHER = DIRECTORY.resolve("other");

  private final SimulatedDisk disk = new SimulatedDisk(1);

  @BeforeEach
  void createDirectory() throws IOException {
    DataDirectoryLock.createDurably(disk, DIRECTORY);
  }

  @Test
  void powerLossTakesContentThatWasNotSynced() throws IOException {
    DiskFile file = create(FILE);
    write(file, "synced", 0);
    file.syncData();
    disk.syncDirectory(DIRECTORY);
    write(file, " lost", 6);

    disk.powerLoss(Survival.NOTHING);

    assertThat(text(FILE)).isEqualTo("synced");
  }

  @Test
  void powerLossTakesNamesWhoseDirectoryWasNotSynced() throws IOException {
    DiskFile file = create(FILE);
    write(file, "synced", 0);
    file.syncData();

    disk.powerLoss(Survival.NOTHING);

    assertThat(disk.exists(FILE)).isFalse();
  }

  @Test
  void powerLossUndoesRenamesAndDeletesWhoseDirectoryWasNotSynced() throws IOException {
    synced(FILE, "a");
    synced(OTHER, "b");
    disk.rename(FILE, OTHER);
    disk.delete(OTHER);

    disk.powerLoss(Survival.NOTHING);

    assertThat(text(FILE)).isEqualTo("a");
    assertThat(text(OTHER)).isEqualTo("b");
  }

  @Test
  void syncedRenameReplacesForGood() throws IOException {
    synced(FILE, "a");
    synced(OTHER, "b");
    disk.rename(FILE, OTHER);
    disk.syncDirectory(DIRECTORY);

    disk.powerLoss(Survival.NOTHING);

    assertThat(disk.exists(FILE)).isFalse();
    assertThat(text(OTHER)).isEqualTo("a");
  }

  @Test
  void syncOfOneDirectoryLeavesOthersAlone() throws IOException {
    Path elsewhere = Path.of("/elsewhere");
    DataDirectoryLock.createDurably(disk, elsewhere);
    create(FILE);
    create(elsewhere.resolve("file"));
    disk.syncDirectory(elsewhere);

    disk.powerLoss(Survival.NOTHING);

    assertThat(disk.exists(FILE)).isFalse();
    assertThat(disk.exists(elsewhere.resolve("file"))).isTrue();
  }

  @Test
  void renamedDirectoryTakesItsFilesAlong() throws IOException {
    synced(FILE, "a");
    disk.rename(DIRECTORY, Path.of("/moved"));
    disk.syncDirectory(Path.of("/"));

    disk.powerLoss(Survival.NOTHING);

    assertThat(text(Path.of("/moved/file"))).isEqualTo("a");
    assertThat(disk.exists(DIRECTORY)).isFalse();
  }

  @Test
  void tornPowerLossLeavesAnyPartOfTheUnsyncedWrites() throws IOException {
    Set<String> seen = new HashSet<>();
    boolean holes = false;
    for (long seed = 0; seed < 200; seed++) {
      var torn = new SimulatedDisk(seed);
      torn.plant(Path.of("/file"), new byte[2048]);
      DiskFile file = torn.open(Path.of("/file"), Mode.WRITE);
      write(file, "x".repeat(2048), 0);
      torn.powerLoss(Survival.TORN);
      String left = new String(torn.contents(Path.of("/file")), StandardCharsets.US_ASCII);
      assertThat(left).hasSize(2048).matches("[x\0]*");
      holes |= left.matches("(?s).*\0x.*");
      seen.add(left);
    }
    assertThat(seen).hasSizeGreaterThan(20).contains("\0".repeat(2048), "x".repeat(2048));
    assertThat(holes).isTrue();
  }

  @Test
  void sameSeedTearsTheSame() throws IOException {
    assertThat(tornWith(7)).isEqualTo(tornWith(7));
  }

  @Test
  void failedSyncDropsTheDataAndTheNextOneSucceeds() throws IOException {
    synced(FILE, "old");
    DiskFile file = disk.open(FILE, Mode.WRITE);
    write(file, "new", 0);
    disk.inject(FaultPlan.nth(Operation.SYNC, 0, Verdict.FAIL));

    assertThatThrownBy(file::syncData).isInstanceOf(IOException.class);
    file.syncData();

    assertThat(text(FILE)).isEqualTo("new");
    disk.powerLoss(Survival.EVERYTHING);
    assertThat(text(FILE)).isEqualTo("old");
  }

  @Test
  void lyingSyncReportsSuccess() throws IOException {
    synced(FILE, "old");
    DiskFile file = disk.open(FILE, Mode.WRITE);
    write(file, "new", 0);
    disk.inject(FaultPlan.always(EnumSet.of(Operation.SYNC), Verdict.LOSE));
    file.syncData();

    disk.powerLoss(Survival.NOTHING);

    assertThat(text(FILE)).isEqualTo("old");
  }

  @Test
  void nothingGoesOnAfterACrashUntilTheMachineStarts() throws IOException {
    DiskFile file = create(FILE);
    disk.syncDirectory(DIRECTORY);
    disk.inject(FaultPlan.at(disk.operations(), Verdict.CRASH_BEFORE));

    assertThatThrownBy(() -> write(file, "x", 0)).isInstanceOf(SimulatedCrash.class);
    assertThatThrownBy(() -> disk.list(DIRECTORY)).isInstanceOf(SimulatedCrash.class);
    disk.powerLoss(Survival.NOTHING);
    assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
    assertThat(text(FILE)).isEmpty();
  }

  @Test
  void killedProcessLosesItsFilesButNotThePageCache() throws IOException {
    DiskFile file = create(FILE);
    write(file, "cached", 0);

    disk.killProcess();

    assertThat(text(FILE)).isEqualTo("cached");
    assertThat(disk.durableContents(FILE)).isEmpty();
    assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
  }

  @Test
  void fullDiskTakesWhatFitsAndFails() throws IOException {
    disk.limitTo(4);
    DiskFile file = create(FILE);

    assertThatThrownBy(() -> write(file, "123456", 0)).hasMessageContaining("No space left");

    assertThat(text(FILE)).isEqualTo("1234");
    assertThat(disk.usableBytes(DIRECTORY)).isZero();
    write(file, "abcd", 0);
    assertThat(text(FILE)).isEqualTo("abcd");
  }

  @Test
  void anyWriteMayFindTheDiskFull() throws IOException {
    DiskFile file = create(FILE);
    disk.inject(FaultPlan.nth(Operation.WRITE, 1, Verdict.FULL));
    write(file, "first", 0);

    assertThatThrownBy(() -> write(file, "second", 5)).hasMessageContaining("No space left");
    file.syncData();
    assertThat(text(FILE)).startsWith("first").hasSizeLessThanOrEqualTo(11);
    write(file, "second", 5);
    assertThat(text(FILE)).isEqualTo("firstsecond");
  }

  @Test
  void faultsCanBeLimitedToSomeFilesAndLastForEver() throws IOException {
    DiskFile file = create(FILE);
    DiskFile other = create(OTHER);
    disk.inject(FaultPlan.fromNth(Operation.SYNC, 1, Verdict.FAIL).onlyFor(FILE::equals));

    other.syncData();
    other.syncData();
    file.syncData();
    assertThatThrownBy(file::syncData).isInstanceOf(IOException.class);
    assertThatThrownBy(file::syncData).isInstanceOf(IOException.class);
  }

  @Test
  void misdirectedWriteLandsElsewhereInTheFile() throws IOException {
    synced(FILE, "x".repeat(5 * 512));
    DiskFile file = disk.open(FILE, Mode.WRITE);
    disk.inject(FaultPlan.nth(Operation.WRITE, 0, Verdict.MISDIRECT));

    write(file, "astray", 100);

    assertThat(text(FILE).indexOf("astray") % 512).isZero();
  }

  @Test
  void readsFailOrFlipABitOnce() throws IOException {
    synced(FILE, "aaaa");
    DiskFile file = disk.open(FILE, Mode.READ);
    disk.failReads(FILE::equals);
    assertThatThrownBy(() -> file.read(ByteBuffer.allocate(4), 0))
        .hasMessageContaining("Input/output error");

    disk.injectReads(ReadFaults.of(FILE::equals, ReadFaults.Verdict.FLIP));
    var flipped = ByteBuffer.allocate(4);
    file.read(flipped, 0);
    int difference = ByteBuffer.wrap("aaaa".getBytes(StandardCharsets.US_ASCII)).getInt();
    assertThat(Integer.bitCount(flipped.getInt(0) ^ difference)).isEqualTo(1);
    assertThat(text(FILE)).isEqualTo("aaaa");
  }

  @Test
  void aDiskThatIsGoneStaysGoneUntilItIsReplacedByAnEmptyOne() throws IOException {
    synced(FILE, "a");
    DiskFile file = disk.open(FILE, Mode.READ);
    disk.breakDown();
    assertThatThrownBy(file::size).hasMessageContaining("the disk is gone");
    disk.powerLoss(Survival.NOTHING);
    assertThatThrownBy(() -> disk.exists(FILE)).hasMessageContaining("the disk is gone");

    disk.replace();

    assertThat(disk.exists(FILE)).isFalse();
    assertThat(disk.exists(DIRECTORY)).isFalse();
  }

  @Test
  void tornPowerLossLeavesAnyOfTheChangesOfNames() throws IOException {
    Set<String> seen = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      var torn = new SimulatedDisk(seed);
      for (String name : new String[] {"/a", "/b", "/c"}) {
        torn.open(Path.of(name), Mode.CREATE).close();
      }
      torn.powerLoss(Survival.TORN);
      seen.add(String.join("", torn.list(Path.of("/"))));
    }
    assertThat(seen).containsExactlyInAnyOrder("", "a", "b", "c", "ab", "ac", "bc", "abc");
  }

  @Test
  void flippedBitIsSeenAndStays() throws IOException {
    synced(FILE, "a");

    disk.flipBit(FILE, 1);

    assertThat(text(FILE)).isEqualTo("c");
    disk.powerLoss(Survival.NOTHING);
    assertThat(text(FILE)).isEqualTo("c");
  }

  @Test
  void linkKeepsContentWhenTheFirstNameGoes() throws IOException {
    synced(FILE, "a");
    disk.link(FILE, OTHER);
    disk.delete(FILE);
    disk.syncDirectory(DIRECTORY);

    disk.powerLoss(Survival.NOTHING);

    assertThat(text(OTHER)).isEqualTo("a");
    assertThat(disk.usedBytes()).isEqualTo(1);
  }

  @Test
  void lockIsHeldByOneAndEndsWithTheProcess() throws Exception {
    AutoCloseable held = disk.lock(FILE);
    assertThatThrownBy(() -> disk.lock(FILE)).isInstanceOf(Disk.DirectoryLockedException.class);
    held.close();
    disk.lock(FILE);
    disk.killProcess();
    held.close();

    disk.lock(FILE);
    assertThatThrownBy(() -> disk.lock(FILE)).isInstanceOf(Disk.DirectoryLockedException.class);
  }

  private String tornWith(long seed) throws IOException {
    var torn = new SimulatedDisk(seed);
    torn.plant(Path.of("/file"), new byte[5000]);
    write(torn.open(Path.of("/file"), Mode.WRITE), "x".repeat(5000), 0);
    torn.powerLoss(Survival.TORN);
    return new String(torn.contents(Path.of("/file")), StandardCharsets.US_ASCII);
  }

  private void synced(Path path, String text) throws IOException {
    disk.plant(path, text.getBytes(StandardCharsets.US_ASCII));
  }

  private DiskFile create(Path path) throws IOException {
    return disk.open(path, Mode.CREATE);
  }

  private static void write(DiskFile file, String text, long position) throws IOException {
    file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), position);
  }

  private String text(Path path) throws IOException {
    return new String(disk.contents(path), StandardCharsets.US_ASCII);
  }
}
