package dev.keelson.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.SplittableRandom;

/** Random values made before the load begins, so that making them costs nothing during it. */
final class ValuePool {
  private static final int MAX_VALUES = 256;
  private static final int MAX_POOL_BYTES = 32 << 20;

  private final ByteString[] values;

  ValuePool(int valueBytes, SplittableRandom random) {
    int count = Math.clamp(MAX_POOL_BYTES / Math.max(1, valueBytes), 1, MAX_VALUES);
    values = new ByteString[count];
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[valueBytes];
      random.nextBytes(value);
      values[i] = UnsafeByteOperations.unsafeWrap(value);
    }
  }

  ByteString any(SplittableRandom random) {
    return values[random.nextInt(values.length)];
  }
}
