package dev.keelson.storage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.storage.disk.PosixDisk;
import dev.keelson.storage.mvcc.HashOutcome;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.engine.EngineConfig;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.RocksEngines;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of the real engine on the real file system. */
class RocksSnapshotTest {
  private static final Bytes MEMBERS = bytes("members");
  private static final int KEYS = 2_000;

  @TempDir Path directory;

  private final PosixDisk disk = new PosixDisk();
  private final RocksEngines engines = new RocksEngines(EngineConfig.small());
  private final Random random = new Random(1);

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private MvccStore open(StateDirectory state) {
    return MvccStore.open(engines.open(state.live()), MvccConfig.defaults());
  }

  private void put(MvccStore store, long index) {
    byte[] value = new byte[200];
    random.nextBytes(value);
    var txn = store.begin();
    txn.put(bytes("key-" + random.nextInt(KEYS)), Bytes.wrap(value), 0);
    txn.commit();
    store.putMeta(MEMBERS, bytes(Long.toString(index)));
    store.commitBatch(new LogPosition(1, index));
  }

  /** As a server finds its members: here the only voter is the index of the last entry. */
  private static Configuration configuration(MvccStore copy) {
    String text = copy.getMeta(MEMBERS).orElseThrow().toString();
    return Configuration.ofVoters(Set.of(Long.parseLong(text)));
  }

  private static long hash(MvccStore store, long revision) {
    return ((HashOutcome.Hashed) store.hashAt(revision)).hash();
  }

  @Test
  void aSnapshotTakenDuringWritesIsTheLeaderAtItsPosition() throws Exception {
    var leaderState = StateDirectory.open(disk, directory.resolve("leader"));
    var leader = open(leaderState);
    for (long index = 1; index <= 500; index++) {
      put(leader, index);
    }
    var writing = new AtomicBoolean(true);
    Checkpoint checkpoint;
    try (var threads = Executors.newSingleThreadExecutor()) {
      Callable<Long> writer =
          () -> {
            long index = 500;
            while (writing.get() && index < 5_000) {
              put(leader, ++index);
            }
            return index;
          };
      var last = threads.submit(writer);
      checkpoint =
          Checkpoint.take(
              leader, disk, leaderState.newCheckpoint(), engines, RocksSnapshotTest::configuration);
      writing.set(false);
      assertThat(last.get()).isGreaterThanOrEqualTo(500);
    }
    var descriptor = checkpoint.manifest().descriptor();
    assertThat(descriptor.position().index()).isGreaterThanOrEqualTo(500);
    assertThat(descriptor.configuration().voters()).containsExactly(descriptor.position().index());

    var state = StateDirectory.open(disk, directory.resolve("follower"));
    open(state).close();
    transfer(checkpoint.source(), state);

    try (var follower = open(state)) {
      assertThat(follower.applied()).isEqualTo(descriptor.position());
      assertThat(follower.revision()).isEqualTo(checkpoint.manifest().revision());
      assertThat(hash(follower, 0)).isEqualTo(hash(leader, follower.revision()));
      put(follower, descriptor.position().index() + 1);
      assertThat(follower.revision()).isEqualTo(checkpoint.manifest().revision() + 1);
    }
    checkpoint.close();
    leader.close();
    assertThat(disk.list(directory.resolve("leader"))).containsExactly("CURRENT", "store-1");
    assertThat(disk.list(directory.resolve("follower"))).containsExactly("CURRENT", "store-2");
  }

  private void transfer(SnapshotSource source, StateDirectory state) throws IOException {
    var receiver = state.receive(source.manifest().encode());
    int losses = 0;
    for (var chunk = source.read(receiver.next(), 4_000);
        chunk.isPresent();
        chunk = source.read(receiver.next(), 4_000)) {
      receiver.accept(chunk.get());
      // Not without end: a file begins anew each time, and how large it is depends on the machine.
      if (losses < 20 && random.nextInt(10) == 0) {
        // The connection is lost, and another goes on.
        losses++;
        receiver.close();
        receiver = state.receive(source.manifest().encode());
      }
    }
    var installer = new SnapshotInstaller(disk, state);
    installer.install(receiver.finish());
    installer.cleanUp();
  }

  @Test
  @Tag("kv-files")
  void aStoreThatLostAnyFileIsRefusedAndNeverReadInPart() throws IOException {
    Path original = directory.resolve("original");
    var hashes = new HashMap<Long, Long>();
    var store = MvccStore.open(engines.open(directory.resolve("live")), MvccConfig.defaults());
    for (long index = 1; index <= 300; index++) {
      put(store, index);
      hashes.put(index, hash(store, 0));
      if (index % 20 == 0) {
        store.flush();
      }
    }
    // Of a store that is closed while it compacts, a file may be left that nothing needs.
    store.checkpoint(original);
    store.close();
    for (String lost : needed(original)) {
      for (boolean truncated : List.of(true, false)) {
        Path copy = copy(original);
        damage(copy.resolve(lost), truncated);
        if (lost.startsWith("MANIFEST") && truncated) {
          checkRefusedOrEarlier(copy, hashes);
        } else {
          assertThatThrownBy(
                  () -> applied(copy, hashes), "%s %s", lost, truncated ? "cut" : "deleted")
              .isInstanceOf(EngineException.class);
        }
      }
    }
    assertThat(applied(copy(original), hashes)).isEqualTo(300);
  }

  /**
   * A manifest cut between two of its records describes the store as it once was, and as a whole:
   * the applied index says so, and who opens the store compares it with the log.
   */
  private void checkRefusedOrEarlier(Path copy, Map<Long, Long> hashes) {
    try {
      assertThat(applied(copy, hashes)).isLessThan(300);
    } catch (EngineException refused) {
      assertThat(refused).hasMessageContaining(copy.toString());
    }
  }

  /** The applied index, whose state the store must then show exactly. */
  private long applied(Path copy, Map<Long, Long> hashes) {
    try (var store = MvccStore.open(engines.open(copy), MvccConfig.defaults());
        var view = store.openView()) {
      view.range(RangeQuery.all(new KeyRange.From(Bytes.EMPTY)));
      long applied = store.applied().index();
      if (applied > 0) {
        assertThat(hash(store, 0)).isEqualTo(hashes.get(applied));
      }
      return applied;
    }
  }

  /** All but what the engine has replaced and not got round to deleting: an older manifest. */
  private List<String> needed(Path store) throws IOException {
    var manifest = Files.readString(store.resolve("CURRENT")).strip();
    var names = new ArrayList<String>(List.of("CURRENT"));
    for (String name : disk.list(store)) {
      boolean read = name.endsWith(".sst") || name.equals(manifest);
      if (read) {
        names.add(name);
      }
    }
    return names;
  }

  private Path copy(Path original) throws IOException {
    Path copy = Files.createTempDirectory(directory, "copy");
    for (String name : disk.list(original)) {
      Files.copy(original.resolve(name), copy.resolve(name));
    }
    return copy;
  }

  private static void damage(Path file, boolean truncated) throws IOException {
    if (!truncated) {
      Files.delete(file);
      return;
    }
    try (var access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(access.length() / 2);
    }
  }
}
