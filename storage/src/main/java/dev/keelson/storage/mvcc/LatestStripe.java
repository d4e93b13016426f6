package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.StampedLock;

/**
 * A part of the cache: a ring of encoded versions, the oldest of which are overwritten, and slots
 * that find them. Two arrays of numbers whatever is in them: a collector has nothing to trace, and
 * what is put lives and dies without it.
 *
 * <p>Readers copy first and then see whether anybody wrote meanwhile; if so they have found
 * nothing, which is always a good answer from a cache. What they copy may be torn until then, so
 * every length is checked before it is followed.
 */
final class LatestStripe {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  // An entry: room taken, length of key, of head, of value; then the three themselves.
  private static final int KEY_LENGTH = 4;
  private static final int HEAD_LENGTH = 8;
  private static final int VALUE_LENGTH = 12;
  private static final int KEY = 16;
  private static final int ALIGNMENT = 8;

  private static final int FIRST_RING_BYTES = 8 << 10;
  private static final int WAYS = 8;
  private static final int BYTES_PER_SLOT = 128;
  private static final int POSITION_BITS = 48;
  private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;

  private static final byte[] NOTHING = new byte[0];

  private final StampedLock lock = new StampedLock();
  private final int maxRingBytes;
  // The key's tag above, the entry's position below; positions count bytes since the beginning.
  private final long[] slots;
  private byte[] ring;
  private long end;

  /**
   * An empty stripe.
   *
   * @param maxRingBytes a power of two
   */
  LatestStripe(int maxRingBytes) {
    this.maxRingBytes = maxRingBytes;
    this.slots = new long[Math.max(WAYS, maxRingBytes / BYTES_PER_SLOT)];
    this.ring = new byte[Math.min(FIRST_RING_BYTES, maxRingBytes)];
    this.end = ALIGNMENT; // so that no entry has the position 0, which stands for an empty slot
  }

  /** Room that an entry takes. */
  static long bytes(Head head, Bytes key, Bytes value) {
    return (long) KEY + key.length() + head.encodedLength() + value.length() + ALIGNMENT;
  }

  Optional<Head> head(Bytes key, int hash) {
    byte[] copy = copy(key, hash, false);
    return copy.length == 0 ? Optional.empty() : Optional.of(Head.decode(copy));
  }

  Optional<LatestCache.Entry> find(Bytes key, int hash) {
    byte[] copy = copy(key, hash, true);
    if (copy.length == 0) {
      return Optional.empty();
    }
    int headLength = (int) INT.get(copy, HEAD_LENGTH);
    int headAt = KEY + key.length();
    var head = Head.decode(Arrays.copyOfRange(copy, headAt, headAt + headLength));
    int valueLength = (int) INT.get(copy, VALUE_LENGTH);
    var ownKey = Bytes.wrap(copy, KEY, key.length());
    var value = Bytes.wrap(copy, headAt + headLength, valueLength);
    return Optional.of(new LatestCache.Entry(head, head.with(ownKey, value)));
  }

  /** The whole entry, or its head alone; empty if it is not there, or somebody is writing. */
  private byte[] copy(Bytes key, int hash, boolean whole) {
    long stamp = lock.tryOptimisticRead();
    if (stamp == 0) {
      return NOTHING;
    }
    byte[] bytes = ring;
    int slot = slotOf(key, hash, bytes, end);
    if (slot < 0) {
      return NOTHING;
    }
    int at = offset(slots[slot], bytes);
    if (!isSound(bytes, at)) {
      return NOTHING;
    }
    int headAt = at + KEY + (int) INT.get(bytes, at + KEY_LENGTH);
    int valueAt = headAt + (int) INT.get(bytes, at + HEAD_LENGTH);
    int from = whole ? at : headAt;
    int to = whole ? valueAt + (int) INT.get(bytes, at + VALUE_LENGTH) : valueAt;
    if (from > to || to > bytes.length) { // a length has changed since it was checked
      return NOTHING;
    }
    byte[] copy = Arrays.copyOfRange(bytes, from, to);
    return lock.validate(stamp) ? copy : NOTHING;
  }

  /** Whether the ring will soon come round to the entry, so that a use should renew it. */
  boolean isOld(Bytes key, int hash) {
    byte[] bytes = ring;
    int slot = slotOf(key, hash, bytes, end);
    return slot >= 0 && isOld(slots[slot]);
  }

  private boolean isOld(long slot) {
    return end - (slot & POSITION_MASK) > maxRingBytes / 2;
  }

  /** Puts, in the place of what is there; waits for nobody but another writer's copy. */
  void put(Bytes key, int hash, Head head, Bytes value) {
    long stamp = lock.writeLock();
    try {
      store(key, hash, head, value);
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** Puts if nothing is there, nobody else is at it, and the condition holds meanwhile. */
  void offer(Bytes key, int hash, LatestCache.Entry entry, Condition condition) {
    long stamp = lock.tryWriteLock();
    if (stamp == 0) {
      return;
    }
    try {
      if (condition.holds() && slotOf(key, hash, ring, end) < 0) {
        store(key, hash, entry.head(), entry.kv().value());
      }
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** Has to hold for what a reader offers. */
  @FunctionalInterface
  interface Condition {
    boolean holds();
  }

  /** Moves an entry to where it is overwritten last, if it still is this one. */
  void renew(LatestCache.Entry entry, int hash) {
    long stamp = lock.tryWriteLock();
    if (stamp == 0) {
      return;
    }
    try {
      var key = entry.kv().key();
      int slot = slotOf(key, hash, ring, end);
      if (slot >= 0 && isOld(slots[slot]) && storedHead(slot).equals(entry.head())) {
        store(key, hash, entry.head(), entry.kv().value());
      }
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  private Head storedHead(int slot) {
    int at = offset(slots[slot], ring);
    int headAt = at + KEY + (int) INT.get(ring, at + KEY_LENGTH);
    return Head.decode(
        Arrays.copyOfRange(ring, headAt, headAt + (int) INT.get(ring, at + HEAD_LENGTH)));
  }

  void remove(Bytes key, int hash) {
    long stamp = lock.writeLock();
    try {
      int slot = slotOf(key, hash, ring, end);
      if (slot >= 0) {
        slots[slot] = 0;
      }
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  // ---- Under the write lock ---------------------------------------------------------------------

  private void store(Bytes key, int hash, Head head, Bytes value) {
    int headLength = head.encodedLength();
    int needed = KEY + key.length() + headLength + value.length();
    int slot = slotOf(key, hash, ring, end);
    if (slot >= 0 && !isOld(slots[slot])) {
      int at = offset(slots[slot], ring);
      int room = (int) INT.get(ring, at);
      if (needed <= room) {
        write(at, room, key, head, value);
        return;
      }
    }
    int room = (needed + ALIGNMENT - 1) & -ALIGNMENT;
    long position = allocate(room);
    int free = slot >= 0 ? slot : slotToFill(hash);
    slots[free] = (long) tag(hash) << POSITION_BITS | position;
    write((int) (position & (ring.length - 1)), room, key, head, value);
  }

  private void write(int at, int room, Bytes key, Head head, Bytes value) {
    int headLength = head.encodedLength();
    INT.set(ring, at, room);
    INT.set(ring, at + KEY_LENGTH, key.length());
    INT.set(ring, at + HEAD_LENGTH, headLength);
    INT.set(ring, at + VALUE_LENGTH, value.length());
    int next = at + KEY;
    System.arraycopy(key.backingArray(), key.backingOffset(), ring, next, key.length());
    next += key.length();
    head.write(ring, next);
    next += headLength;
    System.arraycopy(value.backingArray(), value.backingOffset(), ring, next, value.length());
  }

  /** Makes room at the end of the ring; entries never wrap around. */
  private long allocate(int room) {
    while (end + room > ring.length && ring.length < maxRingBytes) {
      ring = Arrays.copyOf(ring, ring.length * 2); // before the first wrap, so nothing moves
    }
    int left = ring.length - (int) (end & (ring.length - 1));
    if (left < room) {
      end += left;
    }
    long position = end;
    end += room;
    return position;
  }

  /** Of the key's slots, one that holds nothing any more, or what would be overwritten first. */
  private int slotToFill(int hash) {
    int first = firstSlot(hash);
    int oldest = first;
    for (int i = first; i < first + WAYS; i++) {
      if (!isLive(slots[i], ring, end)) {
        return i;
      }
      if ((slots[i] & POSITION_MASK) < (slots[oldest] & POSITION_MASK)) {
        oldest = i;
      }
    }
    return oldest;
  }

  // ---- Under the lock, or before a validation ---------------------------------------------------

  /** The slot of the key's entry; -1 if there is none. */
  private int slotOf(Bytes key, int hash, byte[] bytes, long ringEnd) {
    int first = firstSlot(hash);
    int tag = tag(hash);
    for (int i = first; i < first + WAYS; i++) {
      long slot = slots[i];
      if ((int) (slot >>> POSITION_BITS) == tag
          && isLive(slot, bytes, ringEnd)
          && isKeyAt(offset(slot, bytes), key, bytes)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isLive(long slot, byte[] bytes, long ringEnd) {
    long position = slot & POSITION_MASK;
    return position != 0 && position >= ringEnd - bytes.length;
  }

  private static boolean isKeyAt(int at, Bytes key, byte[] bytes) {
    int length = key.length();
    return at + KEY + (long) length <= bytes.length
        && (int) INT.get(bytes, at + KEY_LENGTH) == length
        && Arrays.equals(
            bytes,
            at + KEY,
            at + KEY + length,
            key.backingArray(),
            key.backingOffset(),
            key.backingOffset() + length);
  }

  private static boolean isSound(byte[] bytes, int at) {
    if (at + KEY > bytes.length) {
      return false;
    }
    int key = (int) INT.get(bytes, at + KEY_LENGTH);
    int head = (int) INT.get(bytes, at + HEAD_LENGTH);
    int value = (int) INT.get(bytes, at + VALUE_LENGTH);
    return key >= 0
        && head >= 0
        && value >= 0
        && (long) at + KEY + key + head + value <= bytes.length;
  }

  private static int offset(long slot, byte[] bytes) {
    return (int) (slot & POSITION_MASK & (bytes.length - 1));
  }

  private int firstSlot(int hash) {
    return (hash & (slots.length / WAYS - 1)) * WAYS;
  }

  private static int tag(int hash) {
    return hash >>> 16;
  }
}
