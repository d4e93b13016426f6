package dev.keelson.storage.mvcc.engine;

import dev.keelson.raft.Invariant;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * An engine in memory for simulations. A flush writes all of it to one file of a disk, so that a
 * crash of a simulated disk leaves exactly what was flushed. Thread-safe by one lock around each
 * call; snapshots are versions of entries, as in the engine it stands for.
 */
public final class MemoryEngine implements KvEngine {
  static final String IMAGE = "image";
  private static final String NEW_IMAGE = "image.new";
  private static final Comparator<Versioned> BY_KEY_NEWEST_FIRST =
      Comparator.<Versioned, byte[]>comparing(versioned -> versioned.key, Arrays::compareUnsigned)
          .thenComparing(versioned -> versioned.sequence, Comparator.reverseOrder());

  private final Disk disk;
  private final Path directory;
  private final Map<Family, NavigableMap<Versioned, Optional<byte[]>>> families =
      new EnumMap<>(Family.class);
  private final NavigableMap<Long, Integer> snapshots = new TreeMap<>();
  private long sequence;
  private long durableSequence;
  private boolean closed;

  @SuppressWarnings(
      "ArrayRecordComponent") // a map key inside this class; compared by its comparator
  private record Versioned(byte[] key, long sequence) {}

  private MemoryEngine(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
    Family.byNumber().forEach(family -> families.put(family, new TreeMap<>(BY_KEY_NEWEST_FIRST)));
    retain(durableSequence);
  }

  /** What the last flush into the directory left; empty if there was none. */
  public static MemoryEngine open(Disk disk, Path directory) {
    var engine = new MemoryEngine(disk, directory);
    try {
      disk.createDirectories(directory);
      if (disk.exists(directory.resolve(IMAGE))) {
        engine.load();
      }
      return engine;
    } catch (IOException e) {
      throw new EngineException("cannot open " + directory, e);
    }
  }

  @Override
  public synchronized Optional<byte[]> get(Family family, byte[] key) {
    return getAt(family, key, sequence);
  }

  @Override
  public synchronized Optional<byte[]> getDurable(Family family, byte[] key) {
    return getAt(family, key, durableSequence);
  }

  private synchronized Optional<byte[]> getAt(Family family, byte[] key, long at) {
    checkOpen();
    var found = entries(family).ceilingEntry(new Versioned(key, at));
    return found != null && Arrays.equals(found.getKey().key, key)
        ? found.getValue().map(byte[]::clone)
        : Optional.empty();
  }

  @Override
  public EngineIterator iterate(Family family, byte[] from, byte[] to) {
    var own = snapshot();
    return new MemoryIterator(family, ((MemorySnapshot) own).at, from, to, own::close);
  }

  @Override
  public synchronized void write(EngineBatch batch) {
    checkOpen();
    sequence++;
    batch.forEach(
        new EngineBatch.Visitor() {
          @Override
          public void put(Family family, byte[] key, byte[] value) {
            add(family, key, Optional.of(value));
          }

          @Override
          public void delete(Family family, byte[] key) {
            add(family, key, Optional.empty());
          }
        });
  }

  private void add(Family family, byte[] key, Optional<byte[]> value) {
    var entries = entries(family);
    entries.put(new Versioned(key, sequence), value);
    var older = entries.higherKey(new Versioned(key, sequence));
    if (older != null && Arrays.equals(older.key, key)) {
      var reader = snapshots.ceilingKey(older.sequence);
      if (reader == null || reader >= sequence) {
        entries.remove(older);
      }
    }
  }

  @Override
  public synchronized EngineSnapshot snapshot() {
    checkOpen();
    retain(sequence);
    return new MemorySnapshot(sequence);
  }

  private synchronized void retain(long at) {
    snapshots.merge(at, 1, Integer::sum);
  }

  private synchronized void release(long at) {
    snapshots.computeIfPresent(at, (_, count) -> count == 1 ? null : count - 1);
  }

  @Override
  public synchronized void flush() {
    checkOpen();
    try {
      writeImage(directory.resolve(NEW_IMAGE));
      disk.rename(directory.resolve(NEW_IMAGE), directory.resolve(IMAGE));
      disk.syncDirectory(directory);
    } catch (IOException e) {
      throw new EngineException("flush failed in " + directory, e);
    }
    retain(sequence);
    release(durableSequence);
    durableSequence = sequence;
  }

  @Override
  public synchronized void checkpoint(Path target) {
    checkOpen();
    flush();
    try {
      Invariant.check(!disk.exists(target), "%s exists", target);
      disk.createDirectories(target);
      disk.link(directory.resolve(IMAGE), target.resolve(IMAGE));
      disk.syncDirectory(target);
    } catch (IOException e) {
      throw new EngineException("no checkpoint in " + target, e);
    }
  }

  private void writeImage(Path file) throws IOException {
    var records = new EngineBatch();
    for (Family family : Family.byNumber()) {
      try (var all = new MemoryIterator(family, sequence, new byte[0], new byte[0], () -> {})) {
        while (all.next()) {
          records.put(family, all.key(), all.value());
        }
      }
    }
    byte[] content = records.serialized();
    var crc = new CRC32C();
    crc.update(content);
    if (disk.exists(file)) {
      disk.delete(file);
    }
    try (var image = disk.open(file, Disk.Mode.CREATE)) {
      var checksum = ByteBuffer.allocate(Long.BYTES).putLong(crc.getValue()).flip();
      image.write(checksum, 0);
      image.write(ByteBuffer.wrap(content), Long.BYTES);
      image.syncData();
    }
  }

  private void load() throws IOException {
    try (DiskFile image = disk.open(directory.resolve(IMAGE), Disk.Mode.READ)) {
      var content = ByteBuffer.allocate((int) image.size());
      image.read(content, 0);
      long expected = content.flip().getLong();
      var crc = new CRC32C();
      crc.update(content.slice());
      if (crc.getValue() != expected) {
        throw new EngineException("the image in " + directory + " is damaged");
      }
      byte[] records = new byte[content.remaining()];
      content.get(records);
      write(EngineBatch.parse(records));
      retain(sequence);
      release(durableSequence);
      durableSequence = sequence;
    }
  }

  @Override
  public synchronized EngineStats stats() {
    long bytes = 0;
    for (var entries : families.values()) {
      for (var entry : entries.entrySet()) {
        bytes += entry.getKey().key.length + entry.getValue().map(value -> value.length).orElse(0);
      }
    }
    return new EngineStats(bytes, bytes, new EngineStats.Memory(bytes, 0, 0));
  }

  @Override
  public EngineWork work() {
    return EngineWork.NONE;
  }

  /** Snapshots open at the moment, for tests that look for leaks. */
  public synchronized int openSnapshots() {
    return snapshots.values().stream().mapToInt(Integer::intValue).sum() - 1;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private void checkOpen() {
    Invariant.check(!closed || !snapshots.isEmpty(), "%s is closed", directory);
  }

  private NavigableMap<Versioned, Optional<byte[]>> entries(Family family) {
    return families.getOrDefault(family, new TreeMap<>(BY_KEY_NEWEST_FIRST));
  }

  private final class MemorySnapshot implements EngineSnapshot {
    private final long at;

    MemorySnapshot(long at) {
      this.at = at;
    }

    @Override
    public Optional<byte[]> get(Family family, byte[] key) {
      return getAt(family, key, at);
    }

    @Override
    public EngineIterator iterate(Family family, byte[] from, byte[] to) {
      return new MemoryIterator(family, at, from, to, () -> {});
    }

    @Override
    public void close() {
      release(at);
    }
  }

  private final class MemoryIterator implements EngineIterator {
    private final Family family;
    private final long at;
    private final byte[] from;
    private final byte[] to;
    private final Runnable onClose;
    private boolean started;
    private byte[] key = new byte[0];
    private byte[] value = new byte[0];

    MemoryIterator(Family family, long at, byte[] from, byte[] to, Runnable onClose) {
      this.family = family;
      this.at = at;
      this.from = from;
      this.to = to;
      this.onClose = onClose;
    }

    @Override
    public boolean next() {
      // The least key above this one.
      return seek(started ? Arrays.copyOf(key, key.length + 1) : from);
    }

    @Override
    public boolean seek(byte[] target) {
      started = true;
      synchronized (MemoryEngine.this) {
        var next = entries(family).ceilingEntry(new Versioned(target, Long.MAX_VALUE));
        while (next != null) {
          byte[] found = next.getKey().key;
          if (to.length > 0 && Arrays.compareUnsigned(found, to) >= 0) {
            return false;
          }
          var visible = getAt(family, found, at);
          if (visible.isPresent()) {
            key = found;
            value = visible.get();
            return true;
          }
          next = entries(family).higherEntry(new Versioned(found, Long.MIN_VALUE));
        }
        return false;
      }
    }

    @Override
    public byte[] key() {
      return key.clone();
    }

    @Override
    public byte[] value() {
      return value.clone();
    }

    @Override
    public void close() {
      onClose.run();
    }
  }
}
