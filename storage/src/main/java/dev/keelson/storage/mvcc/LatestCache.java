package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.util.Arrays;
import java.util.Optional;
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
 * <p>Memory is bounded by what is allocated for it: the versions not used for longest are
 * overwritten.
 */
final class LatestCache {
  private static final int MAX_STRIPES = 64;
  private static final long STRIPE_BYTES = 1L << 20;
  private static final int SMALLEST_RING_BYTES = 1 << 10;
  // One huge value must not drive everything else out.
  private static final int LARGEST_SHARE = 8;
  private static final int GOLDEN_RATIO = 0x9E3779B9;

  private final LatestStripe[] stripes;
  private final long maxEntryBytes;
  private final AtomicLong updates = new AtomicLong();

  /** A visible version. */
  record Entry(Head head, KeyValue kv) {}

  /**
   * An empty cache.
   *
   * @param maxBytes rounded down to a power of two; below 1 KiB nothing is kept
   */
  LatestCache(long maxBytes) {
    int count = Long.numberOfTrailingZeros(Long.highestOneBit(maxBytes / STRIPE_BYTES | 1));
    stripes = new LatestStripe[Math.min(1 << count, MAX_STRIPES)];
    long share = Math.min(Long.highestOneBit(maxBytes / stripes.length | 1), 1L << 30);
    int ringBytes = share < SMALLEST_RING_BYTES ? 1 : (int) share;
    Arrays.setAll(stripes, _ -> new LatestStripe(ringBytes));
    maxEntryBytes = ringBytes / LARGEST_SHARE;
  }

  /** Updates begun so far. */
  long updates() {
    return updates.get();
  }

  /** All but key and value of the newest version; on the apply thread exactly. */
  Optional<Head> head(Bytes key) {
    int hash = hash(key);
    return stripe(hash).head(key, hash);
  }

  /** The newest version; on the apply thread exactly, for readers see above. */
  Optional<Entry> find(Bytes key) {
    int hash = hash(key);
    return stripe(hash).find(key, hash);
  }

  /** As {@link #find} for a reader at revision R; what it finds stays for longer. */
  Optional<Entry> find(Bytes key, long revision) {
    int hash = hash(key);
    var stripe = stripe(hash);
    var entry = stripe.find(key, hash);
    if (entry.isEmpty() || entry.get().head.main() > revision) {
      return Optional.empty();
    }
    if (stripe.isOld(key, hash)) {
      stripe.renew(entry.get(), hash);
    }
    return entry;
  }

  /**
   * A reader adds what its snapshot showed.
   *
   * @param updatesSeen {@link #updates} when the snapshot was published
   */
  void offer(Entry entry, long updatesSeen) {
    if (!isTooLarge(entry.head, entry.kv)) {
      var key = entry.kv.key();
      int hash = hash(key);
      stripe(hash).offer(key, hash, entry, () -> updates.get() == updatesSeen);
    }
  }

  /** Apply thread: from now on no reader adds what it read before. */
  void beginUpdate() {
    updates.incrementAndGet();
  }

  /** Apply thread: a key got a new version. */
  void put(Bytes key, Head head, Bytes value) {
    int hash = hash(key);
    if (LatestStripe.bytes(head, key, value) > maxEntryBytes) {
      stripe(hash).remove(key, hash);
    } else {
      stripe(hash).put(key, hash, head, value);
    }
  }

  /** Apply thread: a key has ended. */
  void remove(Bytes key) {
    int hash = hash(key);
    stripe(hash).remove(key, hash);
  }

  private boolean isTooLarge(Head head, KeyValue kv) {
    return LatestStripe.bytes(head, kv.key(), kv.value()) > maxEntryBytes;
  }

  private LatestStripe stripe(int hash) {
    return stripes[(hash >>> 10) & (stripes.length - 1)];
  }

  private static int hash(Bytes key) {
    int hash = key.hashCode() * GOLDEN_RATIO;
    return hash ^ (hash >>> 15);
  }
}
