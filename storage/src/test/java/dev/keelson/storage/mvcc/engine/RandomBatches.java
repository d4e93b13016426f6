package dev.keelson.storage.mvcc.engine;

import java.util.Random;

/** Batches over few keys in all families, so that most replace or delete something. */
final class RandomBatches {
  private static final int KEYS = 60;

  private final Random random;

  RandomBatches(Random random) {
    this.random = random;
  }

  EngineBatch next(int mostValueBytes) {
    var batch = new EngineBatch();
    for (int i = random.nextInt(8); i >= 0; i--) {
      if (random.nextInt(4) == 0) {
        batch.delete(family(), key());
      } else {
        byte[] value = new byte[random.nextInt(mostValueBytes)];
        random.nextBytes(value);
        batch.put(family(), key(), value);
      }
    }
    return batch;
  }

  Family family() {
    return Family.byNumber().get(random.nextInt(Family.byNumber().size()));
  }

  /** At least the bytes that versions and fixed-size prefixes of real keys have. */
  byte[] key() {
    int number = random.nextInt(KEYS);
    return new byte[] {(byte) (number * 50), 1, 2, 3, 4, 5, 6, 7, 8, (byte) number};
  }
}
