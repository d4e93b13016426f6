package dev.keelson.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The keys of a run: a prefix and a number, all of one length. Immutable. */
final class KeySpace {
  private static final byte[] PREFIX = "bench/".getBytes(StandardCharsets.US_ASCII);

  private final int keys;
  private final byte[] template;

  KeySpace(int keys, int keyBytes) {
    if (keyBytes < smallestKeyBytes(keys)) {
      throw new IllegalArgumentException(keyBytes + " bytes cannot hold " + keys + " keys");
    }
    this.keys = keys;
    this.template = new byte[keyBytes];
    Arrays.fill(template, (byte) '0');
    System.arraycopy(PREFIX, 0, template, 0, PREFIX.length);
  }

  /** The shortest keys of which there are that many. */
  static int smallestKeyBytes(int keys) {
    return PREFIX.length + Integer.toString(Math.max(0, keys - 1)).length();
  }

  int size() {
    return keys;
  }

  /** Made anew each time: cheaper than a table that leaves the processor's caches. */
  ByteString key(int number) {
    byte[] key = template.clone();
    int rest = number;
    for (int at = key.length - 1; rest > 0; at--) {
      key[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return UnsafeByteOperations.unsafeWrap(key);
  }
}
