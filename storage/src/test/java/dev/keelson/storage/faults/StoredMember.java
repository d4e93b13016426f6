package dev.keelson.storage.faults;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.engine.KvEngine;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import dev.keelson.storage.snapshot.ReceivedSnapshot;
import dev.keelson.storage.snapshot.SnapshotInstaller;
import dev.keelson.storage.snapshot.SnapshotSource;
import dev.keelson.storage.snapshot.StateDirectory;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalConfig;
import dev.keelson.storage.wal.WalIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A member's log and store, in the order of steps that the server keeps. The entry at an index is
 * the same in every run, so that each state is known from the applied index. Open to mutants.
 */
class StoredMember {
  static final Path ROOT = Path.of("/member");
  static final Bytes MEMBERS = bytes("members");

  private static final Path MARKER = ROOT.resolve("INSTALLING");
  private static final int KEYS = 7;
  private static final int CHUNK_BYTES = 600;
  private static final WalConfig TINY =
      WalConfig.DEFAULT.withSegmentBytes(1200).withAllocationBytes(512).withTailBytes(300);

  private final Disk disk;
  private final Promises promises;
  final StateDirectory state;
  final Wal wal;
  MvccStore store;

  /** What has been told to others, and must be true after any crash. */
  static final class Promises {
    long acknowledged;
    long term;
  }

  /** The data does not fit together. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  StoredMember(Disk disk, Promises promises) throws IOException {
    this.disk = disk;
    this.promises = promises;
    DataDirectoryLock.createDurably(disk, ROOT);
    disk.syncDirectory(ROOT);
    this.state = StateDirectory.open(disk, ROOT.resolve("state"));
    this.store = openStore();
    this.wal = Wal.open(disk, ROOT.resolve("wal"), new WalIdentity(0xc1, 0x1), TINY);
    completeInstallation();
    long applied = store.applied().index();
    if (applied < wal.base().index() || applied > wal.lastIndex()) {
      throw new Refused(
          "applied %d, log %d to %d".formatted(applied, wal.firstIndex(), wal.lastIndex()));
    }
  }

  private MvccStore openStore() {
    return MvccStore.open(
        engine(new MemoryEngines(disk).open(state.live())), MvccConfig.defaults());
  }

  /** What the store works with. */
  KvEngine engine(KvEngine opened) {
    return opened;
  }

  private void completeInstallation() throws IOException {
    if (disk.exists(MARKER)) {
      if (installing() == store.applied().index()) {
        reset(store.applied());
      }
      disk.delete(MARKER);
      disk.syncDirectory(ROOT);
    }
  }

  private long installing() throws IOException {
    var number = ByteBuffer.allocate(Long.BYTES);
    try (var file = disk.open(MARKER, Disk.Mode.READ)) {
      file.read(number, 0);
    }
    return number.getLong(0);
  }

  /** Entries of one batch, durable and acknowledged, then applied. */
  void append(int count) throws IOException {
    var added = new ArrayList<Entry>();
    long last = wal.lastIndex();
    for (int i = 1; i <= count; i++) {
      added.add(entry(last + i));
    }
    var old = wal.hardState();
    wal.append(added, new HardState(old.term(), old.votedFor(), old.commit()));
    sync();
    promises.acknowledged = last + count;
    applyTo(last + count);
  }

  void vote() throws IOException {
    var old = wal.hardState();
    wal.append(List.of(), new HardState(old.term() + 1, 1, old.commit()));
    sync();
    promises.term = old.term() + 1;
  }

  void sync() throws IOException {
    wal.sync();
  }

  void applyTo(long index) {
    for (long next = store.applied().index() + 1; next <= index; next++) {
      apply(store, wal.read(next, next + 1, Long.MAX_VALUE).getFirst());
    }
  }

  static void apply(MvccStore store, Entry entry) {
    var txn = store.begin();
    txn.put(bytes("k" + entry.index() % KEYS), entry.payload(), 0);
    txn.commit();
    store.putMeta(MEMBERS, bytes(Long.toString(entry.index())));
    store.commitBatch(entry.position());
  }

  /** Makes the store durable, then lets go of the log behind it (DU-trunc). */
  void flushAndRelease() throws IOException {
    store.flush();
    wal.release(store.flushedIndex());
  }

  void install(SnapshotSource source) throws IOException {
    var snapshot = receive(source);
    var position = snapshot.manifest().descriptor().position();
    mark(position);
    var installer = new SnapshotInstaller(disk, state);
    installer.install(snapshot);
    store.close();
    store = openStore();
    reset(position);
    promises.acknowledged = position.index();
    disk.delete(MARKER);
    disk.syncDirectory(ROOT);
    installer.cleanUp();
  }

  ReceivedSnapshot receive(SnapshotSource source) throws IOException {
    var receiver = state.receive(source.manifest().encode());
    while (!receiver.isComplete()) {
      receiver.accept(source.read(receiver.next(), CHUNK_BYTES).orElseThrow());
    }
    return receiver.finish();
  }

  void mark(LogPosition position) throws IOException {
    Path fresh = ROOT.resolve("INSTALLING.new");
    if (disk.exists(fresh)) {
      disk.delete(fresh);
    }
    try (var file = disk.open(fresh, Disk.Mode.CREATE)) {
      file.write(ByteBuffer.allocate(Long.BYTES).putLong(position.index()).flip(), 0);
      file.syncData();
    }
    disk.rename(fresh, MARKER);
    disk.syncDirectory(ROOT);
  }

  private void reset(LogPosition position) throws IOException {
    var old = wal.hardState();
    wal.reset(position, new HardState(old.term(), old.votedFor(), position.index()));
  }

  /** Ends without a flush of the store. */
  void close() throws IOException {
    store.close();
    wal.close();
  }

  /** What is wrong with it, if anything; applies all of its log on the way. */
  List<String> faults() {
    var found = new ArrayList<String>();
    if (wal.lastIndex() < promises.acknowledged) {
      found.add("acknowledged " + promises.acknowledged + ", the log ends at " + wal.lastIndex());
    }
    if (wal.hardState().term() < promises.term) {
      found.add("voted in term " + promises.term + ", now " + wal.hardState().term());
    }
    for (long index = wal.firstIndex(); index <= wal.lastIndex(); index++) {
      if (!wal.read(index, index + 1, Long.MAX_VALUE).getFirst().equals(entry(index))) {
        found.add("entry " + index + " is not what was written");
      }
    }
    found.addAll(storeFaults());
    applyTo(wal.lastIndex());
    found.addAll(storeFaults());
    return found;
  }

  List<String> storeFaults() {
    var found = new ArrayList<String>();
    long applied = store.applied().index();
    Map<String, String> expected = new TreeMap<>();
    for (long index = Math.max(1, applied - KEYS + 1); index <= applied; index++) {
      expected.put("k" + index % KEYS, entry(index).payload().toString());
    }
    Map<String, String> actual = new TreeMap<>();
    try (var view = store.openView()) {
      var all = (RangeOutcome.Found) view.range(RangeQuery.all(new KeyRange.From(Bytes.EMPTY)));
      all.kvs().forEach(kv -> actual.put(kv.key().toString(), kv.value().toString()));
    }
    if (!actual.equals(expected)) {
      found.add("applied %d: %s instead of %s".formatted(applied, actual, expected));
    }
    if (store.revision() != applied + 1) {
      found.add("applied " + applied + ", revision " + store.revision());
    }
    String members = store.getMeta(MEMBERS).map(Bytes::toString).orElse("none");
    if (applied > 0 && !members.equals(bytes(Long.toString(applied)).toString())) {
      found.add("applied " + applied + ", members of " + members);
    }
    return found;
  }

  static Entry entry(long index) {
    return new Entry(
        1,
        index,
        EntryType.COMMAND,
        bytes("value " + index + " " + "x".repeat((int) index * 40 % 300)));
  }

  static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
