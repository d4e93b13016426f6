package dev.keelson.storage.mvcc.engine;

import dev.keelson.raft.Invariant;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * An engine in memory, without native code: for simulations and for members that are embedded in
 * another program. Keeps the contract that {@link RocksEngine} keeps. All is in memory; what a
 * flush adds goes to files of a {@link Disk}, from which it is read when the engine is opened.
 *
 * <p>Readers never wait. Writes go on during a flush. What RocksDB would answer with undefined
 * behaviour, such as an iterator used after its snapshot, is an invariant violation here.
 */
public final class MemoryEngine implements KvEngine {
  private static final int IMAGE_BATCH_BYTES = 1 << 18;

  private final Path directory;
  private final MemoryFiles store;
  private final AutoCloseable lock;
  private final boolean readOnly;
  private final long flushBytes;
  // Whose files these are: the owner counts one, each snapshot one.
  private final AtomicInteger users = new AtomicInteger(1);
  private final AtomicInteger iterators = new AtomicInteger();

  /** Guards what is pending and the replacing of the state; held for one batch. */
  private final Object writing = new Object();

  /** Guards the files; held for a flush. Taken before {@link #writing}. */
  private final Object flushing = new Object();

  private volatile State state;
  private volatile State durable;
  private volatile boolean closed;
  private volatile boolean broken;
  private List<byte[]> pending = new ArrayList<>();
  private long pendingBytes;
  private volatile FileStats files;

  private record FileStats(long bytes, int count) {}

  /** All families between two batches. */
  private record State(List<ByteTree> trees) {
    static final State EMPTY =
        new State(Family.byNumber().stream().map(_ -> ByteTree.EMPTY).toList());

    ByteTree tree(Family family) {
      return trees.get(family.number());
    }

    long bytes() {
      return trees.stream().mapToLong(ByteTree::bytes).sum();
    }

    State with(EngineBatch batch) {
      var changed = new ArrayList<>(trees);
      batch.forEach(
          new EngineBatch.Visitor() {
            @Override
            public void put(Family family, byte[] key, byte[] value) {
              changed.set(family.number(), changed.get(family.number()).put(key, value));
            }

            @Override
            public void delete(Family family, byte[] key) {
              changed.set(family.number(), changed.get(family.number()).remove(key));
            }
          });
      return new State(List.copyOf(changed));
    }
  }

  private MemoryEngine(
      Path directory, MemoryFiles store, AutoCloseable lock, boolean readOnly, long flushBytes)
      throws IOException {
    this.directory = directory;
    this.store = store;
    this.lock = lock;
    this.readOnly = readOnly;
    this.flushBytes = flushBytes;
    var loading = new Loading();
    store.forEach(loading);
    this.state = loading.state;
    this.durable = loading.state;
    this.files = new FileStats(store.bytes(), store.count());
  }

  private static final class Loading implements Consumer<EngineBatch> {
    private State state = State.EMPTY;

    @Override
    public void accept(EngineBatch batch) {
      state = state.with(batch);
    }
  }

  /** What the last flush into the directory left; an empty engine if there never was one. */
  public static MemoryEngine open(Disk disk, Path directory) {
    return new MemoryEngines(disk).open(directory);
  }

  static MemoryEngine open(Disk disk, Path directory, long flushBytes) {
    try {
      disk.createDirectories(directory);
      AutoCloseable lock = disk.lock(MemoryFiles.lock(directory));
      boolean opened = false;
      try {
        var store = MemoryFiles.openOrCreate(disk, directory);
        var engine = new MemoryEngine(directory, store, lock, false, flushBytes);
        opened = true;
        return engine;
      } finally {
        if (!opened) {
          unlock(lock);
        }
      }
    } catch (IOException e) {
      throw new EngineException("cannot open the store in " + directory + ": " + e, e);
    }
  }

  static MemoryEngine openReadOnly(Disk disk, Path directory) {
    try {
      return new MemoryEngine(directory, MemoryFiles.open(disk, directory), () -> {}, true, 0);
    } catch (IOException e) {
      throw new EngineException("cannot open the store in " + directory + ": " + e, e);
    }
  }

  private static void unlock(AutoCloseable lock) {
    try {
      lock.close();
    } catch (Exception e) {
      throw new EngineException("cannot let go of " + lock, e);
    }
  }

  @Override
  public Optional<byte[]> get(Family family, byte[] key) {
    checkOpen();
    return get(state, family, key);
  }

  @Override
  public Optional<byte[]> getDurable(Family family, byte[] key) {
    checkOpen();
    return get(durable, family, key);
  }

  private static Optional<byte[]> get(State state, Family family, byte[] key) {
    return state.tree(family).get(key).map(byte[]::clone);
  }

  @Override
  public EngineIterator iterate(Family family, byte[] from, byte[] to) {
    checkOpen();
    return new Cursor(state.tree(family), from, to, new AtomicInteger());
  }

  @Override
  public void write(EngineBatch batch) {
    boolean full;
    synchronized (writing) {
      checkWritable();
      state = state.with(batch);
      byte[] serialized = batch.serialized();
      pending.add(serialized);
      pendingBytes += serialized.length;
      full = pendingBytes >= flushBytes;
    }
    if (full) {
      flush();
    }
  }

  @Override
  public void flush() {
    withFiles("flush failed", () -> {});
  }

  @Override
  public void checkpoint(Path target) {
    withFiles("no checkpoint in " + target, () -> store.linkInto(target));
  }

  private interface FileWork {
    void run() throws IOException;
  }

  /** Flushes, then does more with the files. */
  private void withFiles(String failure, FileWork work) {
    synchronized (flushing) {
      State reached;
      List<byte[]> batches;
      synchronized (writing) {
        checkWritable();
        reached = state;
        batches = pending;
        pending = new ArrayList<>();
        pendingBytes = 0;
      }
      boolean done = false;
      try {
        if (!batches.isEmpty()) {
          store.append(batches, sink -> writeAll(reached, sink));
          durable = reached;
        }
        work.run();
        files = new FileStats(store.bytes(), store.count());
        done = true;
      } catch (IOException e) {
        throw new EngineException(failure + " in " + directory + ": " + e, e);
      } finally {
        // Whatever came in between: what the files hold is unknown now.
        if (!done) {
          broken = true;
        }
      }
    }
  }

  private static void writeAll(State state, Consumer<byte[]> sink) {
    var batch = new EngineBatch();
    for (Family family : Family.byNumber()) {
      var walk = state.tree(family).walk();
      for (boolean more = walk.seek(new byte[0]); more; more = walk.next()) {
        batch.put(family, walk.key(), walk.value());
        if (batch.sizeBytes() >= IMAGE_BATCH_BYTES) {
          sink.accept(batch.serialized());
          batch.clear();
        }
      }
    }
    if (!batch.isEmpty()) {
      sink.accept(batch.serialized());
    }
  }

  @Override
  public EngineSnapshot snapshot() {
    acquire();
    return new Snapshot(state);
  }

  @Override
  public EngineStats stats() {
    checkOpen();
    return new EngineStats(files.bytes(), state.bytes(), new EngineStats.Memory(0, 0, 0));
  }

  @Override
  public EngineWork work() {
    checkOpen();
    return new EngineWork(files.count(), 0, 0, 0, 0);
  }

  /** Snapshots open at the moment, for those who look for leaks. */
  public int openSnapshots() {
    return users.get() - (closed ? 0 : 1);
  }

  /** Iterators open at the moment, those of snapshots too. */
  public int openIterators() {
    return iterators.get();
  }

  @Override
  public void close() {
    Invariant.check(!closed, "%s is closed twice", directory);
    closed = true;
    release();
  }

  private void acquire() {
    checkOpen();
    int before = users.getAndUpdate(count -> count == 0 ? 0 : count + 1);
    Invariant.check(before > 0, "the store in %s is closed", directory);
  }

  private void release() {
    if (users.decrementAndGet() == 0) {
      unlock(lock);
    }
  }

  private void checkOpen() {
    Invariant.check(!closed, "the store in %s is closed", directory);
  }

  private void checkWritable() {
    checkOpen();
    if (readOnly) {
      throw new EngineException("the store in " + directory + " was opened for reading only");
    }
    if (broken) {
      throw new EngineException("the store in " + directory + " failed before");
    }
  }

  private final class Snapshot implements EngineSnapshot {
    private final State at;
    private final AtomicInteger ownIterators = new AtomicInteger();
    private volatile boolean over;

    Snapshot(State at) {
      this.at = at;
    }

    @Override
    public Optional<byte[]> get(Family family, byte[] key) {
      checkUsable();
      return MemoryEngine.get(at, family, key);
    }

    @Override
    public EngineIterator iterate(Family family, byte[] from, byte[] to) {
      checkUsable();
      return new Cursor(at.tree(family), from, to, ownIterators);
    }

    private void checkUsable() {
      Invariant.check(!over, "a snapshot of %s is used after its end", directory);
    }

    @Override
    public void close() {
      checkUsable();
      Invariant.check(
          ownIterators.get() == 0, "a snapshot of %s ends before its iterators", directory);
      over = true;
      release();
    }
  }

  private final class Cursor implements EngineIterator {
    private final ByteTree.Walk walk;
    private final byte[] from;
    private final byte[] to;
    private final AtomicInteger siblings;
    private boolean started;
    private boolean valid;
    private boolean over;

    Cursor(ByteTree tree, byte[] from, byte[] to, AtomicInteger siblings) {
      this.walk = tree.walk();
      this.from = from;
      this.to = to;
      this.siblings = siblings;
      siblings.incrementAndGet();
      iterators.incrementAndGet();
    }

    @Override
    public boolean next() {
      if (!started) {
        return seek(from);
      }
      checkValid();
      return reached(walk.next());
    }

    @Override
    public boolean seek(byte[] key) {
      Invariant.check(!over, "an iterator of %s is used after its end", directory);
      started = true;
      return reached(walk.seek(key));
    }

    private boolean reached(boolean any) {
      valid = any && (to.length == 0 || Arrays.compareUnsigned(walk.key(), to) < 0);
      return valid;
    }

    @Override
    public byte[] key() {
      checkValid();
      return walk.key().clone();
    }

    @Override
    public byte[] value() {
      checkValid();
      return walk.value().clone();
    }

    private void checkValid() {
      Invariant.check(valid && !over, "an iterator of %s is used at no entry", directory);
    }

    @Override
    public void close() {
      Invariant.check(!over, "an iterator of %s is closed twice", directory);
      over = true;
      siblings.decrementAndGet();
      iterators.decrementAndGet();
    }
  }
}
