package dev.keelson.storage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A follower gets a snapshot, over a disk that stops at each of its operations. */
class SnapshotInstallerTest {
  private static final Path ROOT = Path.of("/member/state");
  private static final Configuration MEMBERS = Configuration.ofVoters(Set.of(1L, 2L, 3L));
  private static final int CHUNK_BYTES = 100;
  private static final long OLD_INDEX = 1;
  private static final long NEW_INDEX = 30;

  private final SnapshotSource source;

  SnapshotInstallerTest() throws IOException {
    var disk = new SimulatedDisk(7);
    var state = StateDirectory.open(disk, ROOT);
    var engines = new MemoryEngines(disk);
    var leader = MvccStore.open(engines.open(state.live()), MvccConfig.defaults());
    put(leader, "leader", NEW_INDEX);
    this.source =
        Checkpoint.take(leader, disk, state.newCheckpoint(), engines, _ -> MEMBERS).source();
  }

  private static void put(MvccStore store, String key, long index) {
    var txn = store.begin();
    txn.put(bytes(key), bytes("x".repeat(300)), 0);
    txn.commit();
    store.commitBatch(new LogPosition(1, index));
    store.flush();
  }

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theManifestSaysWhatTheSnapshotStandsFor() {
    var manifest = source.manifest();
    assertThat(manifest.descriptor().position()).isEqualTo(new LogPosition(1, NEW_INDEX));
    assertThat(manifest.descriptor().configuration()).isEqualTo(MEMBERS);
    assertThat(manifest.revision()).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0} survives, {1}")
  @CsvSource({
    "NOTHING, CRASH_BEFORE",
    "NOTHING, CRASH_AFTER",
    "EVERYTHING, CRASH_BEFORE",
    "EVERYTHING, CRASH_AFTER",
    "TORN, CRASH_BEFORE",
    "TORN, CRASH_AFTER"
  })
  void aCrashAnywhereLeavesOneStoreOrTheOtherAndTheTransferEnds(Survival survival, Verdict verdict)
      throws IOException {
    int crashes = 0;
    for (int step = 0; ; step++) {
      var disk = new SimulatedDisk(step);
      oldStore(disk);
      disk.inject(FaultPlan.at(disk.operations() + step, verdict));
      boolean crashed = crashes(() -> receiveAndInstall(disk));
      if (!crashed) {
        break;
      }
      crashes++;
      disk.powerLoss(survival);
      checkOldOrNew(disk);
      // A second crash, while the first is being cleared up.
      disk.inject(FaultPlan.at(disk.operations() + step % 5, verdict));
      if (crashes(() -> receiveAndInstall(disk))) {
        disk.powerLoss(survival);
        checkOldOrNew(disk);
        receiveAndInstall(disk);
      }
      assertThat(appliedIndex(disk)).isEqualTo(NEW_INDEX);
    }
    assertThat(crashes).isGreaterThan(20);
  }

  private interface Work {
    void run() throws IOException;
  }

  private static boolean crashes(Work work) throws IOException {
    try {
      work.run();
      return false;
    } catch (SimulatedCrash e) {
      return true;
    }
  }

  private static void oldStore(SimulatedDisk disk) throws IOException {
    var state = StateDirectory.open(disk, ROOT);
    var store = MvccStore.open(new MemoryEngines(disk).open(state.live()), MvccConfig.defaults());
    put(store, "old", OLD_INDEX);
    store.close();
  }

  private void receiveAndInstall(SimulatedDisk disk) throws IOException {
    var state = StateDirectory.open(disk, ROOT);
    var receiver = state.receive(source.manifest().encode());
    while (!receiver.isComplete()) {
      var chunk = source.read(receiver.next(), CHUNK_BYTES).orElseThrow();
      assertThat(receiver.accept(chunk)).isInstanceOf(Receipt.Accepted.class);
    }
    var installer = new SnapshotInstaller(disk, state);
    installer.install(receiver.finish());
    installer.cleanUp();
  }

  private static void checkOldOrNew(SimulatedDisk disk) throws IOException {
    var state = StateDirectory.open(disk, ROOT);
    try (var store =
            MvccStore.open(new MemoryEngines(disk).open(state.live()), MvccConfig.defaults());
        var view = store.openView()) {
      boolean installed = store.applied().index() == NEW_INDEX;
      assertThat(store.applied().index()).isIn(OLD_INDEX, NEW_INDEX);
      var only = new KeyRange.From(Bytes.EMPTY);
      var found = (RangeOutcome.Found) view.range(RangeQuery.all(only));
      assertThat(found.kvs())
          .singleElement()
          .satisfies(kv -> assertThat(kv.key()).isEqualTo(bytes(installed ? "leader" : "old")));
    }
  }

  private static long appliedIndex(SimulatedDisk disk) throws IOException {
    var state = StateDirectory.open(disk, ROOT);
    var engine = new MemoryEngines(disk).open(state.live());
    try (var store = MvccStore.open(engine, MvccConfig.defaults())) {
      return store.applied().index();
    }
  }

  @Test
  void aTransferGoesOnWithTheFirstFileThatIsNotWhole() throws IOException {
    var disk = new SimulatedDisk(1);
    oldStore(disk);
    var state = StateDirectory.open(disk, ROOT);
    var receiver = state.receive(source.manifest().encode());
    receiver.accept(source.read(receiver.next(), CHUNK_BYTES).orElseThrow());
    var half = receiver.next();
    receiver.close();

    assertThat(half).isEqualTo(new ChunkPosition(0, CHUNK_BYTES));
    assertThat(state.receive(source.manifest().encode()).next())
        .isEqualTo(source.manifest().first());
  }

  @Test
  void chunksOutOfOrderDamagedOrTooLongAreRefusedAndChangeNothing() throws IOException {
    var disk = new SimulatedDisk(1);
    oldStore(disk);
    var receiver = StateDirectory.open(disk, ROOT).receive(source.manifest().encode());
    var first = source.read(receiver.next(), CHUNK_BYTES).orElseThrow();
    var second = source.read(source.manifest().after(first), CHUNK_BYTES).orElseThrow();
    var damaged = new Chunk(0, 0, first.bytes(), first.checksum() + 1);
    int size = (int) source.manifest().files().getFirst().size();
    var tooLong = Chunk.of(new ChunkPosition(0, 0), Bytes.wrap(new byte[size + 1]));

    for (var refused : new Chunk[] {second, damaged, tooLong}) {
      assertThat(receiver.accept(refused)).isInstanceOf(Receipt.Refused.class);
      assertThat(receiver.next()).isEqualTo(source.manifest().first());
    }
    assertThat(receiver.accept(first)).isInstanceOf(Receipt.Accepted.class);
  }

  @Test
  void aFileThatIsNotWhatWasAnnouncedIsDiscarded() throws IOException {
    var disk = new SimulatedDisk(1);
    oldStore(disk);
    var state = StateDirectory.open(disk, ROOT);
    var receiver = state.receive(source.manifest().encode());
    int size = (int) source.manifest().files().getFirst().size();
    receiver.accept(Chunk.of(new ChunkPosition(0, 0), Bytes.wrap(new byte[size])));
    while (!receiver.isComplete()) {
      receiver.accept(source.read(receiver.next(), CHUNK_BYTES).orElseThrow());
    }

    assertThatThrownBy(receiver::finish).isInstanceOf(SnapshotException.class);
    assertThat(appliedIndex(disk)).isEqualTo(OLD_INDEX);
    assertThat(state.receive(source.manifest().encode()).next())
        .isEqualTo(source.manifest().first());
  }

  @Test
  void aStoreWithoutItsPointerOrAPointerWithoutItsStoreIsRefused() throws IOException {
    var disk = new SimulatedDisk(1);
    oldStore(disk);
    byte[] pointer = disk.contents(ROOT.resolve("CURRENT"));

    disk.delete(ROOT.resolve("CURRENT"));
    assertThatThrownBy(() -> StateDirectory.open(disk, ROOT)).hasMessageContaining("CURRENT");

    disk.plant(ROOT.resolve("CURRENT"), pointer);
    disk.flipBit(ROOT.resolve("CURRENT"), 50);
    assertThatThrownBy(() -> StateDirectory.open(disk, ROOT)).hasMessageContaining("damaged");

    disk.plant(ROOT.resolve("CURRENT"), pointer);
    disk.deleteTree(ROOT.resolve("store-1"));
    assertThatThrownBy(() -> StateDirectory.open(disk, ROOT)).hasMessageContaining("missing");
  }

  @Test
  void aDamagedImageIsRefused() throws IOException {
    var disk = new SimulatedDisk(1);
    oldStore(disk);
    var live = StateDirectory.open(disk, ROOT).live();
    disk.flipBit(live.resolve("000001.data"), 500);

    assertThatThrownBy(() -> new MemoryEngines(disk).open(live))
        .isInstanceOf(EngineException.class);
  }
}
