package dev.keelson.storage.disk;

import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** The content of one file, as processes see it and as the disk holds it. */
final class SimulatedContent implements SimulatedNode {
  static final int SECTOR_BYTES = 512;

  private Image live = new Image();
  private Image durable = new Image();
  private List<Change> unsynced = new ArrayList<>();

  private sealed interface Change {
    record Write(int offset, Bytes data) implements Change {}

    record Resize(int size) implements Change {}
  }

  int size() {
    return live.size;
  }

  byte[] liveBytes() {
    return Arrays.copyOf(live.bytes, live.size);
  }

  byte[] durableBytes() {
    return Arrays.copyOf(durable.bytes, durable.size);
  }

  int read(byte[] target, int offset) {
    int count = Math.max(0, Math.min(target.length, live.size - offset));
    System.arraycopy(live.bytes, Math.min(offset, live.size), target, 0, count);
    return count;
  }

  void write(int offset, byte[] data) {
    live.put(offset, data, 0, data.length);
    unsynced.add(new Change.Write(offset, Bytes.wrap(data)));
  }

  void resize(int size) {
    live.resize(size);
    unsynced.add(new Change.Resize(size));
  }

  void sync() {
    applyAll(unsynced);
    unsynced.clear();
  }

  /** As ext4 does it: the pages count as clean from now on, but the disk never got them. */
  void failSync() {
    unsynced.clear();
  }

  void flipBit(long bit) {
    int index = Math.toIntExact(bit / 8);
    live.flip(index, (int) (bit % 8));
    durable.flip(index, (int) (bit % 8));
  }

  void powerLoss(Survival survival, RandomGenerator random) {
    switch (survival) {
      case NOTHING -> {}
      case EVERYTHING -> applyAll(unsynced);
      case TORN -> applyTorn(random);
    }
    unsynced = new ArrayList<>();
    live = durable.copy();
  }

  private void applyAll(List<Change> changes) {
    for (Change change : changes) {
      switch (change) {
        case Change.Write(int offset, var data) ->
            durable.put(offset, data.backingArray(), 0, data.length());
        case Change.Resize(int size) -> durable.resize(size);
      }
    }
  }

  private void applyTorn(RandomGenerator random) {
    switch (random.nextInt(4)) {
      case 0 -> {}
      case 1 -> applyAll(unsynced);
      case 2 -> applyPrefix(random);
      default -> applySectors(random);
    }
  }

  /** Changes in order; the first that is lost may be there up to any byte. */
  private void applyPrefix(RandomGenerator random) {
    int kept = random.nextInt(unsynced.size() + 1);
    applyAll(unsynced.subList(0, kept));
    if (kept < unsynced.size() && unsynced.get(kept) instanceof Change.Write(int at, var data)) {
      durable.put(at, data.backingArray(), 0, random.nextInt(data.length() + 1));
    }
  }

  /** Each sector of each write on its own. */
  private void applySectors(RandomGenerator random) {
    int keptOfTen = 1 + random.nextInt(9);
    for (Change change : unsynced) {
      switch (change) {
        case Change.Resize(int size) -> {
          if (random.nextInt(10) < keptOfTen) {
            durable.resize(size);
          }
        }
        case Change.Write(int offset, var data) -> {
          byte[] bytes = data.backingArray();
          int from = 0;
          while (from < bytes.length) {
            int toBoundary = SECTOR_BYTES - (offset + from) % SECTOR_BYTES;
            int count = Math.min(toBoundary, bytes.length - from);
            if (random.nextInt(10) < keptOfTen) {
              durable.put(offset + from, bytes, from, count);
            }
            from += count;
          }
        }
      }
    }
  }

  /** Bytes with a size that may grow; what was never written is zero. */
  private static final class Image {
    private byte[] bytes = new byte[0];
    private int size;

    void put(int offset, byte[] source, int from, int count) {
      if (count > 0) {
        reserve(offset + count);
        System.arraycopy(source, from, bytes, offset, count);
        size = Math.max(size, offset + count);
      }
    }

    void resize(int newSize) {
      reserve(newSize);
      if (newSize < size) {
        Arrays.fill(bytes, newSize, size, (byte) 0);
      }
      size = newSize;
    }

    void flip(int index, int bit) {
      if (index < size) {
        bytes[index] = (byte) (bytes[index] ^ (1 << bit));
      }
    }

    Image copy() {
      var copy = new Image();
      copy.bytes = Arrays.copyOf(bytes, size);
      copy.size = size;
      return copy;
    }

    private void reserve(int capacity) {
      if (capacity > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(capacity, bytes.length * 2));
      }
    }
  }
}
