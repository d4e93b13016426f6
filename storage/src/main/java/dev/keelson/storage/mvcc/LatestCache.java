package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest versions of keys used lately: most puts and single gets then need no engine.
 *
 * <p>An entry is always its key's newest version in the last update that began. The apply thread
 * updates before it publishes, so that a reader whose view has R finds either the version visible
 * at R, or one with a higher revision, and then asks its snapshot. A reader may add what it read
 * only while no update has begun since its view was published: the check and the addition are one
 * step for the key, and an update that begins later overwrites it.
 *
 * <p>Two generations bound the memory: when the young one is full it becomes the old, and the old
 * is forgotten.
 */
final class LatestCache {
  // Map node, records, array headers: measured, rounded up.
  private static final int ENTRY_BYTES = 300;
  // One huge value must not drive everything else out.
  private static final int LARGEST_SHARE = 64;

  private final long generationBytes;
  private final AtomicLong youngBytes = new AtomicLong();
  private volatile ConcurrentHashMap<Bytes, Entry> young = new ConcurrentHashMap<>();
  private volatile ConcurrentHashMap<Bytes, Entry> old = new ConcurrentHashMap<>();
  private final AtomicLong updates = new AtomicLong();

  /** A visible version. */
  record Entry(Head head, KeyValue kv) {}

  LatestCache(long maxBytes) {
    this.generationBytes = maxBytes / 2;
  }

  /** Updates begun so far. */
  long updates() {
    return updates.get();
  }

  /** The newest version; on the apply thread exactly, for readers see above. */
  Optional<Entry> find(Bytes key) {
    var entry = young.get(key);
    return Optional.ofNullable(entry != null ? entry : old.get(key));
  }

  /** As {@link #find} for a reader at revision R; what it finds stays for longer. */
  Optional<Entry> find(Bytes key, long revision, long updatesSeen) {
    var entry = young.get(key);
    if (entry == null) {
      entry = old.get(key);
      if (entry != null) {
        offer(entry, updatesSeen);
      }
    }
    return entry != null && entry.head.main() <= revision ? Optional.of(entry) : Optional.empty();
  }

  /**
   * A reader adds what its snapshot showed.
   *
   * @param updatesSeen {@link #updates} when the snapshot was published
   */
  void offer(Entry entry, long updatesSeen) {
    long bytes = bytes(entry.kv);
    if (youngBytes.get() > generationBytes || isTooLarge(bytes)) {
      return;
    }
    young.compute(
        entry.kv.key(),
        (_, present) -> {
          if (present != null || updates.get() != updatesSeen) {
            return present;
          }
          youngBytes.addAndGet(bytes);
          return entry;
        });
  }

  /** Apply thread: from now on no reader adds what it read before. */
  void beginUpdate() {
    updates.incrementAndGet();
  }

  /** Apply thread: a key got a new version. */
  void put(Head head, KeyValue kv) {
    long bytes = bytes(kv);
    if (isTooLarge(bytes)) {
      remove(kv.key());
      return;
    }
    var entry = new Entry(head, compact(kv));
    var replaced = young.put(entry.kv.key(), entry);
    youngBytes.addAndGet(bytes - (replaced == null ? 0 : bytes(replaced.kv)));
    old.remove(kv.key());
  }

  /** Apply thread: a key has ended. */
  void remove(Bytes key) {
    var removed = young.remove(key);
    if (removed != null) {
      youngBytes.addAndGet(-bytes(removed.kv));
    }
    old.remove(key);
  }

  /** Apply thread: all changes of a batch are in. */
  void endUpdate() {
    if (youngBytes.get() > generationBytes) {
      old = young;
      young = new ConcurrentHashMap<>();
      youngBytes.set(0);
    }
  }

  private boolean isTooLarge(long bytes) {
    return bytes > generationBytes / LARGEST_SHARE;
  }

  private static long bytes(KeyValue kv) {
    return (long) ENTRY_BYTES + kv.key().length() + kv.value().length();
  }

  /**
   * Key and value of a command are views of its whole request; the cache holds no more than them.
   */
  private static KeyValue compact(KeyValue kv) {
    int keyLength = kv.key().length();
    int valueLength = kv.value().length();
    byte[] own = new byte[keyLength + valueLength];
    copy(kv.key(), own, 0);
    copy(kv.value(), own, keyLength);
    return new KeyValue(
        Bytes.wrap(own, 0, keyLength),
        kv.createRevision(),
        kv.modRevision(),
        kv.version(),
        Bytes.wrap(own, keyLength, valueLength),
        kv.lease());
  }

  private static void copy(Bytes source, byte[] target, int at) {
    System.arraycopy(source.backingArray(), source.backingOffset(), target, at, source.length());
  }
}
