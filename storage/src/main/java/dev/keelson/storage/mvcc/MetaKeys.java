package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;

/** The keys of the META family. */
final class MetaKeys {
  /** {@link StoreState}; written by the apply thread. */
  static final Bytes STATE = ascii("state");

  /** {@link CompactionProgress}; written by the compactor. */
  static final Bytes COMPACTION = ascii("compaction");

  private static final Bytes OPAQUE_PREFIX = ascii("meta/");

  private MetaKeys() {}

  /** Where what the server keeps under a key lies. */
  static byte[] opaque(Bytes key) {
    byte[] prefixed = new byte[OPAQUE_PREFIX.length() + key.length()];
    System.arraycopy(OPAQUE_PREFIX.toArray(), 0, prefixed, 0, OPAQUE_PREFIX.length());
    System.arraycopy(
        key.backingArray(), key.backingOffset(), prefixed, OPAQUE_PREFIX.length(), key.length());
    return prefixed;
  }

  /** The first place of {@link #opaque} keys. */
  static byte[] opaqueFrom() {
    return OPAQUE_PREFIX.toArray();
  }

  /** The first place after all {@link #opaque} keys. */
  static byte[] opaqueTo() {
    byte[] bound = OPAQUE_PREFIX.toArray();
    bound[bound.length - 1]++;
    return bound;
  }

  /** The key that {@link #opaque} was given. */
  static Bytes keyOf(byte[] place) {
    int prefix = OPAQUE_PREFIX.length();
    return Bytes.wrap(place, prefix, place.length - prefix);
  }

  private static Bytes ascii(String name) {
    return Bytes.wrap(name.getBytes(StandardCharsets.US_ASCII));
  }
}
